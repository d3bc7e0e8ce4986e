import { Injectable } from '@nestjs/common';
import * as slmbx from 'slmbx-bindings';
import {
  type Delivery,
  Engine,
  type MailboxAttributes,
  type MailboxState,
  type Outgoing,
  type ReceiveBatchOptions,
  type SettleItem,
} from './engine';
import {
  type EngineError,
  EngineUnavailableError,
  MailboxEmptyError,
  MailboxNotFoundError,
  NotInitializedError,
  engineError,
} from './engine.errors';
import { SendQueue } from './send-queue';

/** An id no mailbox can have: asking for it tells the state of the system and touches nothing. */
const ABSENT_ID = 0;

/** The engine behind libslmbx, by way of the native add-on. */
@Injectable()
export class BindingsEngine extends Engine {
  private readonly queue = new SendQueue((messages) => slmbx.sendMany(messages));

  initialize(maxPointers: number, inverseProbability: number): void {
    this.ask(() => slmbx.init(maxPointers, inverseProbability));
  }

  shutdown(): void {
    this.ask(() => slmbx.shutdown());
  }

  createMailbox(id: number, isProtected: boolean): void {
    this.ask(() => slmbx.create(id, isProtected), id);
  }

  deleteMailbox(id: number): void {
    this.ask(() => slmbx.destroy(id), id);
  }

  getMailbox(id: number): MailboxState {
    return this.ask(() => slmbx.stat(id), id);
  }

  list(after: number, limit: number): number[] {
    return this.ask(() => slmbx.list({ after, limit }));
  }

  setAttributes(id: number, attributes: MailboxAttributes): void {
    this.ask(() => slmbx.setAttributes(id, attributes), id);
  }

  purge(id: number): bigint {
    return this.ask(() => slmbx.purge(id), id);
  }

  async send(id: number, data: Uint8Array): Promise<void> {
    try {
      await this.queue.send(id, data);
    } catch (error) {
      throw translate(error, id);
    }
  }

  sendBatch(id: number, messages: readonly Outgoing[]): void {
    this.ask(() => slmbx.sendBatch(id, messages), id);
  }

  receive(id: number, maxLength: number): Buffer | undefined {
    try {
      return this.ask(() => slmbx.recv(id, { maxLength }), id);
    } catch (error) {
      if (error instanceof MailboxEmptyError) {
        return undefined;
      }
      throw error;
    }
  }

  receiveBatch(id: number, options: ReceiveBatchOptions): Delivery[] {
    return this.ask(() => slmbx.recvBatch(id, options), id);
  }

  settle(id: number, items: readonly SettleItem[]): (Error | undefined)[] {
    const failures = this.ask(() => slmbx.settle(id, items), id);
    return failures.map((failure) => failure && engineErrorOf(failure, id));
  }

  isInitialized(): boolean {
    try {
      this.ask(() => slmbx.count(ABSENT_ID));
    } catch (error) {
      if (error instanceof NotInitializedError) {
        return false;
      }
      if (!(error instanceof MailboxNotFoundError)) {
        throw error;
      }
    }
    return true;
  }

  kind(): string {
    const kind = slmbx.engine();
    if (kind === undefined) {
      throw new EngineUnavailableError({ errno: 'ENOSYS', syscall: 'slmbx_engine', mailboxId: undefined });
    }
    return kind;
  }

  /** Makes a call in its turn: what was sent before is in its mailbox first. */
  private ask<T>(call: () => T, mailboxId?: number): T {
    this.queue.flush();
    try {
      return call();
    } catch (error) {
      throw translate(error, mailboxId);
    }
  }
}

/** The named class for the add-on's error; anything else (a TypeError, say) is passed on as it is. */
function translate(error: unknown, mailboxId?: number): unknown {
  if (!(error instanceof slmbx.SlmbxError)) {
    return error;
  }
  return engineErrorOf(error, mailboxId);
}

function engineErrorOf(error: slmbx.SlmbxError, mailboxId?: number): EngineError {
  const { code, syscall, needed } = error;
  return engineError({ errno: code, syscall, mailboxId, needed }, { cause: error });
}
