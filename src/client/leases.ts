import type { Settlement as WireSettlement } from '../generated/slmbx/v1/mailbox';
import { SettlementResult_Outcome as WireOutcome } from '../generated/slmbx/v1/mailbox';
import { toDelay, toTime } from './durations';
import type { CallOptions } from './options';
import type { DeadLetter, ReceivedMessage } from './types';

/** What to do with a lease. */
export type Settlement =
  | { readonly leaseToken: Uint8Array; readonly action: 'acknowledge' }
  | {
      readonly leaseToken: Uint8Array;
      readonly action: 'release';
      /**
       * Milliseconds until the message is ready.
       * @default 0
       */
      readonly delayMs?: number | undefined;
    }
  | {
      readonly leaseToken: Uint8Array;
      readonly action: 'extend';
      /** Milliseconds from now until the lease ends. */
      readonly leaseMs: number;
    };

/**
 * What became of a settlement: `expired` if there is no such lease, because it ended or was settled before; `refused` if the
 * engine had another reason. Only `settled` changed anything.
 */
export type SettlementOutcome = 'settled' | 'expired' | 'refused';

/** Settles leases of one mailbox. */
export type Settle = (settlements: readonly Settlement[], options?: CallOptions) => Promise<SettlementOutcome[]>;

/** There is no such lease any more: it ended, or was settled before. The message may be with another receiver. */
export class LeaseExpiredError extends Error {
  override readonly name = 'LeaseExpiredError';

  constructor(
    /** The message's number in its mailbox. */
    readonly sequence: bigint,
    outcome: SettlementOutcome,
  ) {
    super(
      outcome === 'expired'
        ? `The lease of message ${sequence} has ended.`
        : `The lease of message ${sequence} can't be settled.`,
    );
  }
}

/** A message that nobody else receives while its lease lasts. */
export class LeasedMessage implements ReceivedMessage {
  readonly data: Buffer;
  readonly sequence: bigint;
  readonly deliveryCount: number;
  readonly ageMs: number;
  readonly deadLetter: DeadLetter | undefined;

  constructor(
    message: ReceivedMessage,
    /** Names the lease to `settle`: 16 bytes. */
    readonly leaseToken: Buffer,
    private readonly settle: Settle,
  ) {
    this.data = message.data;
    this.sequence = message.sequence;
    this.deliveryCount = message.deliveryCount;
    this.ageMs = message.ageMs;
    this.deadLetter = message.deadLetter;
  }

  /**
   * Removes the message for good.
   * @throws LeaseExpiredError if the lease has ended
   */
  async ack(options: CallOptions = {}): Promise<void> {
    await this.settleAs({ leaseToken: this.leaseToken, action: 'acknowledge' }, options);
  }

  /**
   * Gives the message back, to where it stood.
   * @param delayMs milliseconds until it is ready
   * @throws LeaseExpiredError if the lease has ended
   */
  async release(delayMs = 0, options: CallOptions = {}): Promise<void> {
    await this.settleAs({ leaseToken: this.leaseToken, action: 'release', delayMs }, options);
  }

  /**
   * Lets the lease end `leaseMs` milliseconds from now.
   * @throws LeaseExpiredError if it has ended
   */
  async extend(leaseMs: number, options: CallOptions = {}): Promise<void> {
    await this.settleAs({ leaseToken: this.leaseToken, action: 'extend', leaseMs }, options);
  }

  private async settleAs(settlement: Settlement, options: CallOptions): Promise<void> {
    const [outcome] = await this.settle([settlement], options);
    if (outcome !== 'settled') {
      throw new LeaseExpiredError(this.sequence, outcome ?? 'refused');
    }
  }
}

const LEASE_TOKEN_BYTES = 16;

/** A settlement as the service takes it. */
export function toWireSettlement(settlement: Settlement): WireSettlement {
  const { leaseToken } = settlement;
  if (!(leaseToken instanceof Uint8Array)) {
    throw new TypeError('a lease token must be a Uint8Array: the leaseToken of a message');
  }
  if (leaseToken.byteLength !== LEASE_TOKEN_BYTES) {
    throw new RangeError(`a lease token must have ${LEASE_TOKEN_BYTES} bytes, not ${leaseToken.byteLength}`);
  }
  const bytes = Buffer.from(leaseToken.buffer, leaseToken.byteOffset, leaseToken.byteLength);
  return { leaseToken: bytes, action: toWireAction(settlement) };
}

function toWireAction(settlement: Settlement): WireSettlement['action'] {
  switch (settlement.action) {
    case 'acknowledge':
      return { $case: 'acknowledge', value: {} };
    case 'release': {
      const { delayMs } = settlement;
      const delay = delayMs === undefined ? undefined : toDelay('delayMs', delayMs);
      return { $case: 'release', value: { delay } };
    }
    case 'extend':
      return { $case: 'extend', value: { lease: toTime('leaseMs', settlement.leaseMs) } };
    default:
      throw new TypeError('the action of a settlement must be "acknowledge", "release" or "extend"');
  }
}

export function toOutcome(outcome: WireOutcome | undefined): SettlementOutcome {
  switch (outcome) {
    case WireOutcome.OUTCOME_SETTLED:
      return 'settled';
    case WireOutcome.OUTCOME_LEASE_EXPIRED:
      return 'expired';
    case WireOutcome.OUTCOME_REFUSED:
    case WireOutcome.OUTCOME_UNSPECIFIED:
    case undefined:
      return 'refused';
  }
}
