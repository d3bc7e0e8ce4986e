import type { Daemon } from '../../../test/support/daemon';
import { startProcessDaemon } from '../../../test/support/process-daemon';
import { BindingsEngine } from './bindings-engine';
import { DeadLetterLoopError, LeaseExpiredError, MessageTooLongError, NotInitializedError } from './engine.errors';

const ID = 5;
const HOUR = 3_600_000_000_000n;

let daemon: Daemon;
let engine: BindingsEngine;

beforeAll(async () => {
  daemon = await startProcessDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => {
  engine = new BindingsEngine();
  engine.initialize(8, 2);
  engine.createMailbox(ID, false);
});
afterEach(() => engine.shutdown());

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

it('keeps messages and batches in the order of their calls', async () => {
  const sent = engine.send(ID, Buffer.from('first'));
  engine.sendBatch(ID, [{ data: Buffer.from('second') }, { data: Buffer.from('third') }]);
  await sent;
  const deliveries = engine.receiveBatch(ID, { maxMessages: 9, maxBytes: 1000 });
  expect(deliveries.map(({ data }) => data.toString())).toEqual(['first', 'second', 'third']);
  expect(engine.receiveBatch(ID, { maxMessages: 9, maxBytes: 1000 })).toEqual([]);
});

it('leases and settles, and tells of each lease why it was not settled', () => {
  engine.sendBatch(ID, [{ data: Buffer.from('x'), timeToLive: HOUR }]);
  const [lease] = engine.receiveBatch(ID, { maxMessages: 1, maxBytes: 9, lease: HOUR });
  const item = { sequence: lease!.sequence, token: lease!.token, action: 'acknowledge' as const };
  const [settled, stale] = engine.settle(ID, [item, item]);
  expect(settled).toBeUndefined();
  expect(stale).toBeInstanceOf(LeaseExpiredError);
  expect(stale).toMatchObject({ errno: 'ESTALE', syscall: 'slmbx_settle', mailboxId: ID });
  expect(engine.getMailbox(ID)).toMatchObject({ count: 0n, leased: 0n, sent: 1n });
});

it('says how long a message is that is over the limit, and leaves it', () => {
  engine.sendBatch(ID, [{ data: Buffer.alloc(100) }]);
  const error = thrownBy(() => engine.receiveBatch(ID, { maxMessages: 1, maxBytes: 99 }));
  expect(error).toBeInstanceOf(MessageTooLongError);
  expect(error).toMatchObject({ needed: 100n, mailboxId: ID });
  expect(engine.getMailbox(ID)).toMatchObject({ count: 1n, headLength: 100 });
});

it('lists, sets and purges', () => {
  engine.createMailbox(ID + 1, false);
  expect(engine.list(0, 10)).toEqual([ID, ID + 1]);
  expect(engine.list(ID, 10)).toEqual([ID + 1]);
  engine.setAttributes(ID, { maxMessages: 2n, deadLetterId: ID + 1 });
  expect(engine.getMailbox(ID)).toMatchObject({ maxMessages: 2n, maxBytes: 0n, deadLetterId: ID + 1 });
  expect(thrownBy(() => engine.setAttributes(ID + 1, { deadLetterId: ID }))).toBeInstanceOf(DeadLetterLoopError);
  expect(engine.getMailbox(ID + 1).deadLetterId).toBe(0);
  engine.sendBatch(ID, [{ data: Buffer.from('x') }, { data: Buffer.from('late'), delay: HOUR }]);
  expect(engine.purge(ID)).toBe(2n);
  expect(engine.getMailbox(ID)).toMatchObject({ count: 0n, delayed: 0n });
});

it('throws its own errors', () => {
  engine.shutdown();
  for (const call of [
    () => engine.list(0, 1),
    () => engine.purge(ID),
    () => engine.settle(ID, [{ sequence: 1n, token: 1n, action: 'release' }]),
    () => engine.setAttributes(ID, {}),
    () => engine.sendBatch(ID, [{ data: Buffer.from('x') }]),
    () => engine.receiveBatch(ID, { maxMessages: 1, maxBytes: 1 }),
  ]) {
    expect(thrownBy(call)).toBeInstanceOf(NotInitializedError);
  }
  engine.initialize(8, 2);
});
