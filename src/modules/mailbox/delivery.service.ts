import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import { type Delivery, Engine, type Outgoing, type SettleItem } from '../engine/engine';
import { LeaseExpiredError } from '../engine/engine.errors';

/** How many messages to receive; what is left out has its default. */
export interface ReceiveLimits {
  readonly maxMessages?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** What became of a lease that was to be settled. */
export type Outcome = 'settled' | 'expired' | 'refused';

/** Batches of messages and their leases, under this service's limits. */
@Injectable()
export class DeliveryService {
  private readonly maxMessageBytes: number;

  constructor(
    private readonly engine: Engine,
    config: ServiceConfig,
  ) {
    this.maxMessageBytes = config.maxMessageBytes;
  }

  send(mailboxId: number, messages: readonly Outgoing[]): void {
    const bytes = messages.reduce((sum, { data }) => sum + data.byteLength, 0);
    if (bytes > this.maxMessageBytes) {
      throw new MessageTooLargeError(bytes, this.maxMessageBytes, mailboxId, 'The messages together have');
    }
    this.engine.sendBatch(mailboxId, messages);
  }

  /** Removes messages, or leases them for `lease` nanoseconds. */
  receive(mailboxId: number, limits: ReceiveLimits, lease?: bigint): Delivery[] {
    const options = this.within(limits);
    return this.engine.receiveBatch(mailboxId, lease === undefined ? options : { ...options, lease });
  }

  peek(mailboxId: number, limits: ReceiveLimits): Delivery[] {
    return this.engine.receiveBatch(mailboxId, { ...this.within(limits), peek: true });
  }

  settle(mailboxId: number, items: readonly SettleItem[]): Outcome[] {
    return this.engine.settle(mailboxId, items).map(outcomeOf);
  }

  /** Gives leases back that nobody heard of, as far as it can. */
  release(mailboxId: number, deliveries: readonly Delivery[]): void {
    if (deliveries.length > 0) {
      this.engine.settle(
        mailboxId,
        deliveries.map(({ sequence, token }) => ({ sequence, token, action: 'release' })),
      );
    }
  }

  private within({ maxMessages = 1, maxBytes = this.maxMessageBytes }: ReceiveLimits): {
    maxMessages: number;
    maxBytes: number;
  } {
    if (maxBytes > this.maxMessageBytes) {
      throw new ValidationError([
        { field: 'max_bytes', description: `must be a whole number from 0 to ${this.maxMessageBytes}` },
      ]);
    }
    return { maxMessages, maxBytes };
  }
}

function outcomeOf(failure: Error | undefined): Outcome {
  if (failure === undefined) {
    return 'settled';
  }
  return failure instanceof LeaseExpiredError ? 'expired' : 'refused';
}
