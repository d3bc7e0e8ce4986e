import { Injectable } from '@nestjs/common';
import * as slmbx from 'slmbx-bindings';
import { Engine, type MailboxState } from './engine';
import {
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
    try {
      slmbx.init(maxPointers, inverseProbability);
    } catch (error) {
      throw translate(error);
    }
  }

  shutdown(): void {
    try {
      slmbx.shutdown();
    } catch (error) {
      throw translate(error);
    }
  }

  createMailbox(id: number, isProtected: boolean): void {
    try {
      slmbx.create(id, isProtected);
    } catch (error) {
      throw translate(error, id);
    }
  }

  deleteMailbox(id: number): void {
    try {
      slmbx.destroy(id);
    } catch (error) {
      throw translate(error, id);
    }
  }

  getMailbox(id: number): MailboxState {
    try {
      return slmbx.stat(id);
    } catch (error) {
      throw translate(error, id);
    }
  }

  async send(id: number, data: Uint8Array): Promise<void> {
    try {
      await this.queue.send(id, data);
    } catch (error) {
      throw translate(error, id);
    }
  }

  receive(id: number, maxLength: number): Buffer | undefined {
    try {
      return slmbx.recv(id, { maxLength });
    } catch (error) {
      const translated = translate(error, id);
      if (translated instanceof MailboxEmptyError) {
        return undefined;
      }
      throw translated;
    }
  }

  isInitialized(): boolean {
    try {
      slmbx.count(ABSENT_ID);
    } catch (error) {
      const translated = translate(error);
      if (translated instanceof NotInitializedError) {
        return false;
      }
      if (!(translated instanceof MailboxNotFoundError)) {
        throw translated;
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
}

/** The named class for the add-on's error; anything else (a TypeError, say) is passed on as it is. */
function translate(error: unknown, mailboxId?: number): unknown {
  if (!(error instanceof slmbx.SlmbxError)) {
    return error;
  }
  return engineError({ errno: error.code, syscall: error.syscall, mailboxId }, { cause: error });
}
