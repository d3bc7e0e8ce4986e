import type {
  Mailbox as WireMailbox,
  OutgoingMessage as WireOutgoing,
  ReceivedMessage as WireReceived,
} from '../generated/slmbx/v1/mailbox';
import { toDelay, toMilliseconds, toTime } from './durations';
import type { Mailbox, OutgoingMessage, ReceivedMessage } from './types';
import { MessageTooLargeError, toMessageBytes } from './validate';

/** Messages as the service takes them. */
export function toWireMessages(
  messages: readonly (OutgoingMessage | Uint8Array | string)[],
  maxMessageBytes: number,
): WireOutgoing[] {
  const all = messages.map((message) => toWireMessage(message, maxMessageBytes));
  const bytes = all.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > maxMessageBytes) {
    throw new MessageTooLargeError(bytes, maxMessageBytes, 'The messages together have');
  }
  return all;
}

function toWireMessage(message: OutgoingMessage | Uint8Array | string, maxMessageBytes: number): WireOutgoing {
  if (typeof message !== 'object' || message instanceof Uint8Array) {
    return { data: toMessageBytes(message, maxMessageBytes) };
  }
  const { data, delayMs, timeToLiveMs } = message;
  return {
    data: toMessageBytes(data, maxMessageBytes),
    ...(delayMs === undefined ? {} : { delay: toDelay('delayMs', delayMs) }),
    ...(timeToLiveMs === undefined ? {} : { timeToLive: toTime('timeToLiveMs', timeToLiveMs) }),
  };
}

export function toReceivedMessage({ data, sequence, deliveryCount, age, deadLetter }: WireReceived): ReceivedMessage {
  return {
    data,
    sequence,
    deliveryCount,
    ageMs: age === undefined ? 0 : toMilliseconds(age),
    deadLetter: deadLetter && {
      mailboxId: deadLetter.mailboxId,
      deliveryCount: deadLetter.deliveryCount,
      ageMs: deadLetter.age === undefined ? 0 : toMilliseconds(deadLetter.age),
    },
  };
}

export function toMailbox({ headLength, oldestMessageAge, ...rest }: WireMailbox): Mailbox {
  return { ...rest, headLength, oldestMessageAgeMs: oldestMessageAge && toMilliseconds(oldestMessageAge) };
}
