import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import { Engine, type MailboxAttributes, type MailboxState } from '../engine/engine';
import { EngineError, MailboxNotFoundError, NotPermittedError } from '../engine/engine.errors';
import { decodePageToken, encodePageToken } from './page-token';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/** A message taken from a mailbox. */
export interface Taken {
  readonly data: Buffer;
  /** It was longer than what was asked for, and the rest is gone. */
  readonly truncated: boolean;
}

/** Some of the mailboxes. */
export interface Page {
  readonly found: readonly { readonly id: number; readonly state: MailboxState }[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
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

  /** The mailboxes that may be used, from where the token says; `pageSize` 0 for the default. */
  list(pageSize: number, pageToken: string): Page {
    const after = decodePageToken(pageToken);
    if (after === undefined) {
      throw new ValidationError([
        { field: 'page_token', description: 'must be empty or the next_page_token of the page before' },
      ]);
    }
    const limit = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    const ids = this.engine.list(after, limit);
    const last = ids.at(-1);
    return {
      found: ids.flatMap((id) => {
        const state = this.look(id);
        return state === undefined ? [] : [{ id, state }];
      }),
      nextPageToken: last === undefined || ids.length < limit ? '' : encodePageToken(last),
    };
  }

  /** Sets attributes; returns the mailbox after it, undefined if that can't be told any more. */
  update(id: number, attributes: MailboxAttributes): MailboxState | undefined {
    this.engine.setAttributes(id, attributes);
    try {
      return this.engine.getMailbox(id);
    } catch (error) {
      // The update was done: no failure to look at it may say otherwise.
      if (error instanceof EngineError) {
        return undefined;
      }
      throw error;
    }
  }

  purge(id: number): bigint {
    return this.engine.purge(id);
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

  /** A mailbox of a list; undefined if it was deleted, or protected by another uid, since. */
  private look(id: number): MailboxState | undefined {
    try {
      return this.engine.getMailbox(id);
    } catch (error) {
      if (error instanceof MailboxNotFoundError || error instanceof NotPermittedError) {
        return undefined;
      }
      throw error;
    }
  }
}
