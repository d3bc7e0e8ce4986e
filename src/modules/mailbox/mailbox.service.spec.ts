import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import { Engine, type MailboxState } from '../engine/engine';
import { MailboxService } from './mailbox.service';

function unasked(): never {
  throw new Error('this test has no use for it');
}

/** An engine of one mailbox that keeps what it was asked. */
class OneMailbox extends Engine {
  readonly waiting: Buffer[] = [];
  readonly asked: number[] = [];

  send(_id: number, data: Uint8Array): Promise<void> {
    this.waiting.push(Buffer.from(data));
    return Promise.resolve();
  }

  receive(_id: number, maxLength: number): Buffer | undefined {
    this.asked.push(maxLength);
    return this.waiting.shift()?.subarray(0, maxLength);
  }

  initialize = unasked;
  shutdown = unasked;
  createMailbox = unasked;
  deleteMailbox = unasked;

  getMailbox(): MailboxState {
    return { count: BigInt(this.waiting.length), bytes: 0n, owner: 0, isProtected: false, headLength: undefined };
  }

  isInitialized(): boolean {
    return true;
  }

  kind(): string {
    return 'daemon';
  }
}

function serviceOf(limit: number): { engine: OneMailbox; mailboxes: MailboxService } {
  const engine = new OneMailbox();
  const config = Object.assign(new ServiceConfig(), { maxMessageBytes: limit });
  return { engine, mailboxes: new MailboxService(engine, config) };
}

it.each([
  [4, 3, 'abc', true],
  [4, 4, 'abcd', false],
  [4, 5, 'abcd', false],
  [4, 0, '', true],
  [0, 0, '', false],
])('of %p bytes, %p taken are %p, truncated: %p', async (length, maxBytes, text, truncated) => {
  const { engine, mailboxes } = serviceOf(100);
  await mailboxes.send(1, Buffer.from('abcdefgh'.slice(0, length)));
  expect(mailboxes.receive(1, maxBytes)).toEqual({ data: Buffer.from(text), truncated });
  // In one call: a look at the length first could be of another message.
  expect(engine.asked).toEqual([maxBytes + 1]);
});

it('takes the limit by default', () => {
  const { engine, mailboxes } = serviceOf(100);
  expect(mailboxes.receive(1)).toBeUndefined();
  expect(engine.asked).toEqual([101]);
});

it('asks the engine for nothing over the limit', async () => {
  const { engine, mailboxes } = serviceOf(100);
  await mailboxes.send(1, Buffer.alloc(100));
  await expect(mailboxes.send(1, Buffer.alloc(101))).rejects.toThrow(MessageTooLargeError);
  expect(engine.waiting).toHaveLength(1);
  expect(() => mailboxes.receive(1, 101)).toThrow(ValidationError);
  expect(engine.asked).toEqual([]);
  expect(mailboxes.receive(1, 100)?.truncated).toBe(false);
});
