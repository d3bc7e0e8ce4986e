import type { Duration } from '../../generated/google/protobuf/duration';
import type { OutgoingMessage, ReceivedMessage, Settlement } from '../../generated/slmbx/v1/mailbox';
import type { Delivery, Outgoing, SettleAction, SettleItem } from '../engine/engine';
import {
  MUST_BE_DURATION,
  MUST_BE_POSITIVE_DURATION,
  toDuration,
  toNanoseconds,
  toPositiveNanoseconds,
} from './durations';
import { decodeLeaseToken, encodeLeaseToken, LEASE_TOKEN_BYTES } from './lease-token';
import { Violations } from './violations';

const NO_LEASE = Buffer.alloc(0);

/** The messages as the engine takes them. Throws a ValidationError that names each field that is wrong. */
export function toOutgoing(messages: readonly OutgoingMessage[]): Outgoing[] {
  const violations = new Violations();
  const outgoing = messages.map(({ data, delay, timeToLive }, i): Outgoing => {
    const field = `messages[${i}]`;
    const wait = delay && violations.need(toNanoseconds(delay), `${field}.delay`, MUST_BE_DURATION);
    const life =
      timeToLive &&
      violations.need(toPositiveNanoseconds(timeToLive), `${field}.time_to_live`, MUST_BE_POSITIVE_DURATION);
    return {
      data,
      ...(wait === undefined ? {} : { delay: wait }),
      ...(life === undefined ? {} : { timeToLive: life }),
    };
  });
  violations.throwAny();
  return outgoing;
}

/** The settlements as the engine takes them. Throws a ValidationError that names each field that is wrong. */
export function toSettleItems(settlements: readonly Settlement[]): SettleItem[] {
  const violations = new Violations();
  const items: SettleItem[] = [];
  settlements.forEach(({ leaseToken, action }, i) => {
    const field = `settlements[${i}]`;
    const lease = violations.need(
      decodeLeaseToken(leaseToken),
      `${field}.lease_token`,
      `must be ${LEASE_TOKEN_BYTES} bytes`,
    );
    const deed = toAction(action, field, violations);
    if (lease !== undefined && deed !== undefined) {
      items.push({ ...lease, ...deed });
    }
  });
  violations.throwAny();
  return items;
}

type Deed = Pick<SettleItem, 'action' | 'time'>;

function toAction(action: Settlement['action'], field: string, violations: Violations): Deed | undefined {
  switch (action?.$case) {
    case undefined:
      return violations.need<Deed>(undefined, field, 'must have an action: acknowledge, release or extend');
    case 'acknowledge':
      return { action: 'acknowledge' };
    case 'release': {
      const { delay } = action.value;
      return delay === undefined
        ? { action: 'release' }
        : deedAt('release', violations.need(toNanoseconds(delay), `${field}.release.delay`, MUST_BE_DURATION));
    }
    case 'extend':
      return deedAt('extend', extension(action.value.lease, `${field}.extend.lease`, violations));
  }
}

function deedAt(action: SettleAction, time: bigint | undefined): Deed | undefined {
  return time === undefined ? undefined : { action, time };
}

function extension(lease: Duration | undefined, field: string, violations: Violations): bigint | undefined {
  return violations.need(lease && toPositiveNanoseconds(lease), field, MUST_BE_POSITIVE_DURATION);
}

/** A message as clients get it. */
export function toReceived({ data, sequence, token, deliveries, age, deadLetter }: Delivery): ReceivedMessage {
  return {
    data,
    sequence,
    leaseToken: token === 0n ? NO_LEASE : encodeLeaseToken({ sequence, token }),
    deliveryCount: deliveries,
    age: toDuration(age),
    deadLetter: deadLetter && {
      mailboxId: deadLetter.mailboxId,
      deliveryCount: deadLetter.deliveries,
      age: toDuration(deadLetter.age),
    },
  };
}
