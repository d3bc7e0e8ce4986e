import { ServiceConfig } from '../../config/service-config';
import { MessageTooLargeError, ValidationError } from '../../errors/rpc.errors';
import { Engine, type MailboxState } from '../engine/engine';
import { EngineError, engineError } from '../engine/engine.errors';
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
  list = unasked;
  setAttributes = unasked;
  purge = unasked;
  sendBatch = unasked;
  receiveBatch = unasked;
  settle = unasked;
  getMailbox = unasked;

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

const REFUSED = (errno: string): EngineError => engineError({ errno, syscall: 'slmbx_stat', mailboxId: 2 });

/** An engine of mailboxes 1, 2 and 3, whose stat of 2 fails. */
function serviceOfThree(errno: string): { mailboxes: MailboxService; updated: number[] } {
  const { engine, mailboxes } = serviceOf(100);
  const updated: number[] = [];
  Object.assign(engine, {
    list: (after: number, limit: number) => [1, 2, 3].filter((id) => id > after).slice(0, limit),
    setAttributes: (id: number) => void updated.push(id),
    getMailbox: (id: number): MailboxState => {
      if (id === 2) throw REFUSED(errno);
      return { count: BigInt(id) } as MailboxState;
    },
  });
  return { mailboxes, updated };
}

it.each(['ENOENT', 'EPERM'])('lists without a mailbox that went (%s) after it was listed', (errno) => {
  const { mailboxes } = serviceOfThree(errno);
  const first = mailboxes.list(2, '');
  expect(first.found.map(({ id }) => id)).toEqual([1]);
  expect(mailboxes.list(2, first.nextPageToken)).toMatchObject({ found: [{ id: 3 }], nextPageToken: '' });
});

it('lists nothing if the engine goes', () => {
  expect(() => serviceOfThree('ECONNRESET').mailboxes.list(0, '')).toThrow(EngineError);
});

it.each(['ENOENT', 'EPERM', 'ECONNRESET'])('has updated a mailbox even if it cannot be looked at (%s)', (errno) => {
  const { mailboxes, updated } = serviceOfThree(errno);
  expect(mailboxes.update(2, { maxDeliveries: 1 })).toBeUndefined();
  expect(mailboxes.update(3, { maxDeliveries: 1 })).toEqual({ count: 3n });
  expect(updated).toEqual([2, 3]);
});
