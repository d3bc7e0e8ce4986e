import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import { Engine, type MailboxState } from '../engine/engine';

/** A message taken from a mailbox. */
export interface Taken {
  readonly data: Buffer;
  /** It was longer than what was asked for, and the rest is gone. */
  readonly truncated: boolean;
}

/** Mailboxes under this service's limits. */
@Injectable()
export class MailboxService {
  private readonly maxMessageBytes: number;

  constructor(
    private readonly engine: Engine,
    config: ServiceConfig,
  ) {
    this.maxMessageBytes = config.maxMessageBytes;
  }

  create(id: number, isProtected: boolean): void {
    this.engine.createMailbox(id, isProtected);
  }

  get(id: number): MailboxState {
    return this.engine.getMailbox(id);
  }

  delete(id: number): void {
    this.engine.deleteMailbox(id);
  }

  async send(mailboxId: number, data: Uint8Array): Promise<void> {
    if (data.byteLength > this.maxMessageBytes) {
      throw new MessageTooLargeError(data.byteLength, this.maxMessageBytes, mailboxId);
    }
    await this.engine.send(mailboxId, data);
  }

  /** Takes the head message, at most `maxBytes` of it; undefined if the mailbox is empty. */
  receive(mailboxId: number, maxBytes = this.maxMessageBytes): Taken | undefined {
    if (maxBytes > this.maxMessageBytes) {
      throw new ValidationError([
        { field: 'max_bytes', description: `must be a whole number from 0 to ${this.maxMessageBytes}` },
      ]);
    }
    // One byte more than wanted tells a message cut short from one that just fits, in one atomic call.
    const data = this.engine.receive(mailboxId, maxBytes + 1);
    if (data === undefined) {
      return undefined;
    }
    const truncated = data.byteLength > maxBytes;
    return { data: truncated ? data.subarray(0, maxBytes) : data, truncated };
  }
}
