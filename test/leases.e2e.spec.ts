import { setTimeout as delay } from 'node:timers/promises';
import {
  DeadLetterLoopError,
  LeasedMessage,
  LeaseExpiredError,
  type Mailbox,
  MailboxNotFoundError,
  QuotaExceededError,
  ResourceExhaustedError,
  SlmbxClient,
} from '../src/client';
import { type Engine, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

const BOX = 42;
const LONG = 600_000;

let engine: Engine;
let service: Service;
let client: SlmbxClient;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  client = new SlmbxClient({ address: service.unix });
});

afterAll(async () => {
  await client.close();
  await stopAll(service, engine);
});

beforeEach(async () => {
  await client.initialize();
  await client.createMailbox(BOX);
});

afterEach(() => client.shutdown());

function texts(messages: readonly { data: Buffer }[]): string[] {
  return messages.map(({ data }) => data.toString());
}

async function until(holds: (mailbox: Mailbox) => boolean): Promise<void> {
  while (!holds(await client.getMailbox(BOX))) await delay(5);
}

it('sends and receives many', async () => {
  await client.sendMany(BOX, ['a', new Uint8Array([98]), { data: 'c' }, { data: 'late', delayMs: LONG }]);
  expect(texts(await client.peek(BOX, { maxMessages: 10 }))).toEqual(['a', 'b', 'c']);
  const [a] = await client.receiveMany(BOX);
  expect(a).toMatchObject({ data: Buffer.from('a'), sequence: 1n, deliveryCount: 0, deadLetter: undefined });
  expect(a?.ageMs).toBeGreaterThanOrEqual(0);
  expect(a).not.toBeInstanceOf(LeasedMessage);
  expect(texts(await client.receiveMany(BOX, { maxMessages: 10 }))).toEqual(['b', 'c']);
  expect(await client.receiveMany(BOX)).toEqual([]);
  expect(await client.getMailbox(BOX)).toMatchObject({ delayedCount: 1n, sentCount: 3n });
});

it('leases, and settles by the message', async () => {
  await client.sendMany(BOX, ['a', 'b', 'c']);
  const [a, b, c] = await client.receiveMany(BOX, { maxMessages: 3, leaseMs: LONG });
  await a!.ack();
  await b!.release();
  await c!.extend(LONG);
  await c!.release(LONG);
  expect(await client.getMailbox(BOX)).toMatchObject({ messageCount: 1n, leasedCount: 0n, delayedCount: 1n });
  for (const settle of [() => a!.ack(), () => b!.release(), () => c!.extend(1)]) {
    await expect(settle()).rejects.toThrow(LeaseExpiredError);
  }
  expect(await client.receiveMany(BOX, { leaseMs: LONG })).toMatchObject([{ sequence: 2n, deliveryCount: 2 }]);
});

it('settles many by their tokens', async () => {
  await client.sendMany(BOX, ['a', 'b']);
  const [a, b] = await client.receiveMany(BOX, { maxMessages: 2, leaseMs: LONG });
  expect(
    await client.settle(BOX, [
      { leaseToken: a!.leaseToken, action: 'acknowledge' },
      { leaseToken: a!.leaseToken, action: 'release' },
      { leaseToken: b!.leaseToken, action: 'extend', leaseMs: 1 },
    ]),
  ).toEqual(['settled', 'expired', 'settled']);
  await until(({ leasedCount }) => leasedCount === 0n);
  await expect(b!.ack()).rejects.toThrow(LeaseExpiredError);
  expect(texts(await client.receiveMany(BOX, { maxMessages: 2 }))).toEqual(['b']);
});

it('knows a dead letter', async () => {
  await client.createMailbox(43);
  const updated = await client.updateMailbox(BOX, { deadLetterMailboxId: 43, maxDeliveries: 1 });
  expect(updated).toMatchObject({ deadLetterMailboxId: 43, maxDeliveries: 1, maxMessages: 0n });
  await client.send(BOX, 'bad');
  const [bad] = await client.receiveMany(BOX, { leaseMs: LONG });
  await bad!.release();
  const [letter] = await client.receiveMany(43);
  expect(letter?.deadLetter).toEqual({ mailboxId: BOX, deliveryCount: 1, ageMs: expect.any(Number) as unknown });
  await expect(client.updateMailbox(43, { deadLetterMailboxId: BOX })).rejects.toThrow(DeadLetterLoopError);
});

it('names what is refused', async () => {
  await client.updateMailbox(BOX, { maxMessages: 1 });
  await expect(client.sendMany(BOX, ['a', 'b'])).rejects.toThrow(QuotaExceededError);
  await client.send(BOX, 'abc');
  const tooLong = client.receiveMany(BOX, { maxBytes: 2, leaseMs: LONG });
  await expect(tooLong).rejects.toThrow(ResourceExhaustedError);
  await expect(tooLong).rejects.toMatchObject({ errno: 'EMSGSIZE', metadata: { needed_bytes: '3' } });
  await expect(client.purgeMailbox(43)).rejects.toThrow(MailboxNotFoundError);
  expect(await client.getMailbox(BOX)).toMatchObject({ messageCount: 1n, leasedCount: 0n });
});

it('refuses wrong arguments before it calls', async () => {
  await expect(client.sendMany(BOX, [])).rejects.toThrow(RangeError);
  await expect(client.sendMany(BOX, [{ data: 'a', timeToLiveMs: 0 }])).rejects.toThrow(RangeError);
  await expect(client.receiveMany(BOX, { maxMessages: 1025 })).rejects.toThrow(RangeError);
  await expect(client.receiveMany(BOX, { leaseMs: 0 })).rejects.toThrow(RangeError);
  await expect(client.peek(BOX, { maxBytes: -1 })).rejects.toThrow(RangeError);
  await expect(client.updateMailbox(BOX, {})).rejects.toThrow(TypeError);
  await expect(client.listMailboxes({ pageSize: 1001 }).next()).rejects.toThrow(RangeError);
  expect((await client.getMailbox(BOX)).sentCount).toBe(0n);
});

it('lists every mailbox over the pages, and stops where it is told', async () => {
  for (let id = 1; id <= 5; id++) await client.createMailbox(id);
  const ids: number[] = [];
  for await (const { id } of client.listMailboxes({ pageSize: 2 })) ids.push(id);
  expect(ids).toEqual([1, 2, 3, 4, 5, BOX]);
  for await (const { id } of client.listMailboxes()) {
    expect(id).toBe(1);
    break;
  }
});

it('purges', async () => {
  await client.sendMany(BOX, ['a', 'b']);
  expect(await client.purgeMailbox(BOX)).toBe(2n);
  expect((await client.getMailbox(BOX)).messageCount).toBe(0n);
});
