import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedMessage, Settlement } from '../src/generated/slmbx/v1/mailbox';
import { Api, told } from './support/api';
import { type Engine, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

const BOX = 42;
const OTHER = 43;
const DEAD = 44;
const LONG = { seconds: 600n, nanos: 0 };
const SHORT = { seconds: 0n, nanos: 1_000_000 };
const DURATION = 'must be from 0 to 3155760000 seconds, its nanos from 0 to 999999999';
const POSITIVE = 'must be more than 0, 3155760000 seconds at most, its nanos from 0 to 999999999';

let engine: Engine;
let service: Service;
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.unix);
});

afterAll(() => stopAll(api, service, engine));

beforeEach(async () => {
  await api.initialize();
  await api.create(BOX);
});

afterEach(() => api.shutdown());

function texts(messages: readonly ReceivedMessage[]): string[] {
  return messages.map(({ data }) => data.toString());
}

function acknowledge({ leaseToken }: Pick<ReceivedMessage, 'leaseToken'>): Settlement {
  return { leaseToken, action: { $case: 'acknowledge', value: {} } };
}

function release(
  { leaseToken }: Pick<ReceivedMessage, 'leaseToken'>,
  after?: { seconds: bigint; nanos: number },
): Settlement {
  return { leaseToken, action: { $case: 'release', value: { delay: after } } };
}

function extend(
  { leaseToken }: Pick<ReceivedMessage, 'leaseToken'>,
  lease: { seconds: bigint; nanos: number },
): Settlement {
  return { leaseToken, action: { $case: 'extend', value: { lease } } };
}

/** Leases what is ready, for long. */
function leaseAll(maxMessages = 1024, mailboxId = BOX): Promise<ReceivedMessage[]> {
  return api.receiveAll(mailboxId, { maxMessages, lease: LONG });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(5);
}

function invalid(field: string, description: string): object {
  return { code: 'INVALID_ARGUMENT', reason: 'VALIDATION_FAILED', violations: [{ field, description }] };
}

describe('a batch', () => {
  it('is received in the order it was sent', async () => {
    await api.sendAll(BOX, ['one', '', 'three']);
    await api.send(BOX, 'four');
    expect(texts(await api.receiveAll(BOX))).toEqual(['one']);
    const rest = await api.receiveAll(BOX, { maxMessages: 1024 });
    expect(texts(rest)).toEqual(['', 'three', 'four']);
    expect(rest.map(({ sequence }) => sequence)).toEqual([2n, 3n, 4n]);
    expect(rest[0]).toMatchObject({ leaseToken: Buffer.alloc(0), deliveryCount: 0, deadLetter: undefined });
    expect(rest[0]?.age).toBeDefined();
    expect(await api.receiveAll(BOX)).toEqual([]);
  });

  it('has 1 to 1024 messages', async () => {
    const many = Array.from({ length: 1024 }, (_, i) => String(i));
    for (const messages of [[], [...many, 'over']]) {
      expect(await told(api.sendAll(BOX, messages))).toMatchObject(invalid('messages', 'must have 1 to 1024 items'));
      expect((await api.get(BOX)).sentCount).toBe(0n);
    }
    await api.sendAll(BOX, many);
    for (const maxMessages of [0, 1025, 4294967295]) {
      for (const call of [
        () => api.receiveAll(BOX, { maxMessages }),
        () => api.receiveAll(BOX, { maxMessages, lease: LONG }),
        () => api.peek(BOX, { maxMessages }),
      ]) {
        expect(await told(call())).toMatchObject(invalid('max_messages', 'must be a whole number from 1 to 1024'));
      }
    }
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1024n, leasedCount: 0n });
    expect(texts(await api.receiveAll(BOX, { maxMessages: 1024 }))).toEqual(many);
  });

  it('is queued whole or not at all', async () => {
    await api.update(BOX, { maxMessages: 2n }, ['max_messages']);
    expect(await told(api.sendAll(BOX, ['a', 'b', 'c']))).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      message:
        'The quota, or a limit of the mailbox, is used up: receive messages, delete mailboxes, or have it raised.',
      reason: 'QUOTA_EXCEEDED',
      domain: 'slmbx',
      metadata: { errno: 'EDQUOT', syscall: 'slmbx_sendv', mailbox_id: String(BOX) },
    });
    expect(await api.get(BOX)).toMatchObject({ messageCount: 0n, sentCount: 0n });
    await api.sendAll(BOX, ['a', 'b']);
    expect(await told(api.send(BOX, 'c'))).toMatchObject({ reason: 'QUOTA_EXCEEDED' });
    expect(await api.drain(BOX)).toEqual(['a', 'b']);
  });

  it('may have as many bytes as the service takes in one message', async () => {
    const half = Buffer.alloc(SCALE.maxMessage / 2, 1);
    const over = [{ data: half }, { data: half }, { data: Buffer.from('x') }];
    expect(await told(api.sendAll(BOX, over))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'MESSAGE_TOO_LARGE',
      metadata: { max_message_bytes: String(SCALE.maxMessage), mailbox_id: String(BOX) },
    });
    expect((await api.get(BOX)).sentCount).toBe(0n);
    await api.sendAll(BOX, over.slice(0, 2));
    const received = await api.receiveAll(BOX, { maxMessages: 3 });
    // Messages this long may take a call each.
    received.push(...(await api.receiveAll(BOX, { maxMessages: 3 })));
    expect(received.map(({ data }) => data.equals(half))).toEqual([true, true]);
  });

  it.each([
    ['delay', { seconds: -1n, nanos: 0 }, DURATION],
    ['delay', { seconds: 0n, nanos: -1 }, DURATION],
    ['delay', { seconds: 0n, nanos: 1_000_000_000 }, DURATION],
    ['delay', { seconds: 3_155_760_000n, nanos: 1 }, DURATION],
    ['time_to_live', { seconds: 0n, nanos: 0 }, POSITIVE],
    ['time_to_live', { seconds: 2n ** 62n, nanos: 0 }, POSITIVE],
  ])('refuses a %s of %p', async (field, time, description) => {
    const wrong = field === 'delay' ? { delay: time } : { timeToLive: time };
    expect(await told(api.sendAll(BOX, ['good', wrong]))).toMatchObject(invalid(`messages[1].${field}`, description));
    expect(await api.get(BOX)).toMatchObject({ messageCount: 0n, delayedCount: 0n });
  });

  it('keeps what is delayed until it is ready', async () => {
    await api.sendAll(BOX, [
      { data: Buffer.from('late'), delay: LONG },
      'now',
      { data: Buffer.from('soon'), delay: SHORT },
    ]);
    await until(async () => (await api.get(BOX)).messageCount === 2n);
    expect(await api.get(BOX)).toMatchObject({ delayedCount: 1n, sentCount: 2n });
    expect(await api.drain(BOX)).toEqual(['now', 'soon']);
  });

  it('takes the longest times there are', async () => {
    const ever = { seconds: 3_155_760_000n, nanos: 0 };
    await api.sendAll(BOX, [
      { data: Buffer.from('a'), delay: ever },
      { data: Buffer.from('b'), timeToLive: ever },
    ]);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, delayedCount: 1n });
    const [message] = await api.receiveAll(BOX, { lease: ever });
    expect(await api.settle(BOX, [extend(message!, ever)])).toEqual(['SETTLED']);
  });
});

describe('max_bytes', () => {
  beforeEach(() => api.sendAll(BOX, ['abc', 'de', 'f']));

  it.each([
    [3, ['abc']],
    [4, ['abc']],
    [5, ['abc', 'de']],
    [6, ['abc', 'de', 'f']],
    [undefined, ['abc', 'de', 'f']],
  ])('of %p takes %p', async (maxBytes, expected) => {
    const limits = { maxMessages: 10, ...(maxBytes === undefined ? {} : { maxBytes }) };
    expect(texts(await api.peek(BOX, limits))).toEqual(expected);
    expect(texts(await api.receiveAll(BOX, limits))).toEqual(expected);
    expect(await api.drain(BOX)).toEqual(['abc', 'de', 'f'].slice(expected.length));
  });

  it('that the first message is over says what it takes, and nothing changes', async () => {
    for (const call of [
      () => api.receiveAll(BOX, { maxBytes: 2 }),
      () => api.receiveAll(BOX, { maxBytes: 0, lease: LONG }),
      () => api.peek(BOX, { maxBytes: 2 }),
    ]) {
      expect(await told(call())).toEqual({
        code: 'RESOURCE_EXHAUSTED',
        message: 'The first message is longer than max_bytes: it has 3 bytes.',
        reason: 'MESSAGE_TOO_LARGE',
        domain: 'slmbx',
        metadata: { errno: 'EMSGSIZE', syscall: 'slmbx_recvv', mailbox_id: String(BOX), needed_bytes: '3' },
      });
    }
    expect(await api.get(BOX)).toMatchObject({ messageCount: 3n, leasedCount: 0n });
    expect(await api.peek(BOX)).toMatchObject([{ deliveryCount: 0 }]);
    expect(await api.drain(BOX)).toEqual(['abc', 'de', 'f']);
  });

  it('of 0 takes an empty message', async () => {
    await api.create(OTHER);
    await api.sendAll(OTHER, ['', '', 'x']);
    expect(texts(await api.receiveAll(OTHER, { maxMessages: 3, maxBytes: 0 }))).toEqual(['', '']);
  });

  it('over the service’s limit is INVALID_ARGUMENT', async () => {
    const description = `must be a whole number from 0 to ${SCALE.maxMessage}`;
    for (const maxBytes of [SCALE.maxMessage + 1, 4294967295]) {
      expect(await told(api.receiveAll(BOX, { maxBytes }))).toMatchObject(invalid('max_bytes', description));
      expect(await told(api.peek(BOX, { maxBytes }))).toMatchObject(invalid('max_bytes', description));
    }
    expect((await api.get(BOX)).messageCount).toBe(3n);
  });
});

it('answers with the most messages of the most words about them', async () => {
  const small = await startService({ engine, env: { SLMBX_MAX_MESSAGE_BYTES: '1' } });
  const narrow = new Api(small.unix);
  try {
    await api.create(DEAD);
    await api.update(BOX, { deadLetterMailboxId: DEAD, maxDeliveries: 1 }, [
      'dead_letter_mailbox_id',
      'max_deliveries',
    ]);
    await api.sendAll(BOX, new Array<string>(1024).fill(''));
    await api.settle(
      BOX,
      (await leaseAll()).map((message) => release(message)),
    );
    const letters = await narrow.receiveAll(DEAD, { maxMessages: 1024, lease: LONG });
    expect(letters).toHaveLength(1024);
    expect(letters.every(({ deadLetter }) => deadLetter?.mailboxId === BOX)).toBe(true);
  } finally {
    await stopAll(narrow, small);
  }
});

it('peeks without changing anything', async () => {
  await api.sendAll(BOX, ['a', 'b', 'c']);
  const before = await api.get(BOX);
  expect(texts(await api.peek(BOX))).toEqual(['a']);
  const all = await api.peek(BOX, { maxMessages: 1024 });
  expect(texts(all)).toEqual(['a', 'b', 'c']);
  expect(all[0]).toMatchObject({ sequence: 1n, leaseToken: Buffer.alloc(0), deliveryCount: 0 });
  expect(await api.get(BOX)).toEqual({ ...before, oldestMessageAge: expect.anything() as unknown });
  expect(await api.drain(BOX)).toEqual(['a', 'b', 'c']);
});

describe('a lease', () => {
  beforeEach(() => api.sendAll(BOX, ['a', 'b', 'c']));

  it('keeps a message from other receivers', async () => {
    const [a, b] = await leaseAll(2);
    expect([a, b]).toMatchObject([
      { sequence: 1n, deliveryCount: 1 },
      { sequence: 2n, deliveryCount: 1 },
    ]);
    expect(a?.leaseToken).toHaveLength(16);
    expect(a?.leaseToken.equals(b!.leaseToken)).toBe(false);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, leasedCount: 2n });
    expect(await api.drain(BOX)).toEqual(['c']);
    expect(await api.receiveAll(BOX, { lease: LONG })).toEqual([]);
  });

  it.each([
    { seconds: 0n, nanos: 0 },
    { seconds: -1n, nanos: 0 },
    { seconds: 1n, nanos: -1 },
    { seconds: 3_155_760_000n, nanos: 1 },
  ])('may not be %p', async (lease) => {
    expect(await told(api.receiveAll(BOX, { lease }))).toMatchObject(invalid('lease', POSITIVE));
    expect(await api.get(BOX)).toMatchObject({ messageCount: 3n, leasedCount: 0n });
  });

  it('that is acknowledged takes the message away, once', async () => {
    const [a] = await leaseAll(1);
    expect(await api.settle(BOX, [acknowledge(a!)])).toEqual(['SETTLED']);
    expect(await api.settle(BOX, [acknowledge(a!)])).toEqual(['LEASE_EXPIRED']);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 2n, leasedCount: 0n });
    expect(await api.drain(BOX)).toEqual(['b', 'c']);
  });

  it('that is released gives the message back where it stood', async () => {
    const [a, b] = await leaseAll(2);
    expect(await api.settle(BOX, [release(b!), release(a!)])).toEqual(['SETTLED', 'SETTLED']);
    const again = await leaseAll();
    expect(texts(again)).toEqual(['a', 'b', 'c']);
    expect(again.map(({ deliveryCount }) => deliveryCount)).toEqual([2, 2, 1]);
    expect(again[0]?.leaseToken.equals(a!.leaseToken)).toBe(false);
  });

  it('may be released with a delay', async () => {
    const [a] = await leaseAll(1);
    expect(await api.settle(BOX, [release(a!, LONG)])).toEqual(['SETTLED']);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 2n, leasedCount: 0n, delayedCount: 1n });
  });

  it('ends by itself', async () => {
    const [a] = await api.receiveAll(BOX, { lease: SHORT });
    await until(async () => (await api.get(BOX)).leasedCount === 0n);
    expect(await api.settle(BOX, [acknowledge(a!), release(a!), extend(a!, LONG)])).toEqual([
      'LEASE_EXPIRED',
      'LEASE_EXPIRED',
      'LEASE_EXPIRED',
    ]);
    expect(await api.drain(BOX)).toEqual(['a', 'b', 'c']);
  });

  it('is extended, or cut short', async () => {
    const [a] = await leaseAll(1);
    expect(await api.settle(BOX, [extend(a!, LONG), extend(a!, SHORT)])).toEqual(['SETTLED', 'SETTLED']);
    await until(async () => (await api.get(BOX)).leasedCount === 0n);
    expect(await api.drain(BOX)).toEqual(['a', 'b', 'c']);
  });

  it('is settled by itself, whatever becomes of the others', async () => {
    const [a, b, c] = await leaseAll();
    await api.settle(BOX, [release(b!)]);
    expect(await api.settle(BOX, [acknowledge(a!), acknowledge(b!), acknowledge(a!), release(c!)])).toEqual([
      'SETTLED',
      'LEASE_EXPIRED',
      'LEASE_EXPIRED',
      'SETTLED',
    ]);
    expect(await api.drain(BOX)).toEqual(['b', 'c']);
  });

  it('isn’t settled by a token of another mailbox, or one made up', async () => {
    await api.create(OTHER);
    await api.sendAll(OTHER, ['other']);
    const [a] = await leaseAll(1);
    const [other] = await leaseAll(1, OTHER);
    const forged = Buffer.from(a!.leaseToken);
    forged.writeUInt8(forged.readUInt8(15) ^ 1, 15);
    const tokens = [other!.leaseToken, forged, Buffer.alloc(16), Buffer.alloc(16, 0xff)];
    const settlements = tokens.flatMap((leaseToken) => [acknowledge({ leaseToken }), release({ leaseToken })]);
    expect(await api.settle(BOX, settlements)).toEqual(settlements.map(() => 'LEASE_EXPIRED'));
    expect(await api.get(BOX)).toMatchObject({ messageCount: 2n, leasedCount: 1n });
    expect(await api.get(OTHER)).toMatchObject({ messageCount: 0n, leasedCount: 1n });
    expect(await api.settle(BOX, [acknowledge(a!)])).toEqual(['SETTLED']);
  });

  it.each([0, 1, 15, 17, 64])('has no token of %p bytes: nothing is settled', async (length) => {
    const [a] = await leaseAll(1);
    const leaseToken = Buffer.alloc(length);
    expect(await told(api.settle(BOX, [acknowledge(a!), acknowledge({ leaseToken })]))).toMatchObject(
      invalid('settlements[1].lease_token', 'must be 16 bytes'),
    );
    expect((await api.get(BOX)).leasedCount).toBe(1n);
  });

  it('is settled with an action and a good time only', async () => {
    const [a] = await leaseAll(1);
    const { leaseToken } = a!;
    const wrong: [Settlement, string, string][] = [
      [{ leaseToken, action: undefined }, '', 'must have an action: acknowledge, release or extend'],
      [release(a!, { seconds: -1n, nanos: 0 }), '.release.delay', DURATION],
      [extend(a!, { seconds: 0n, nanos: 0 }), '.extend.lease', POSITIVE],
      [{ leaseToken, action: { $case: 'extend', value: { lease: undefined } } }, '.extend.lease', POSITIVE],
    ];
    for (const [settlement, field, description] of wrong) {
      expect(await told(api.settle(BOX, [settlement]))).toMatchObject(invalid(`settlements[0]${field}`, description));
    }
    expect((await api.get(BOX)).leasedCount).toBe(1n);
  });

  it('is settled with 1 to 1024 others', async () => {
    const [a] = await leaseAll(1);
    for (const count of [0, 1025]) {
      expect(await told(api.settle(BOX, new Array<Settlement>(count).fill(acknowledge(a!))))).toMatchObject(
        invalid('settlements', 'must have 1 to 1024 items'),
      );
    }
    expect((await api.get(BOX)).leasedCount).toBe(1n);
    const results = await api.settle(BOX, new Array<Settlement>(1024).fill(acknowledge(a!)));
    expect(results).toEqual(['SETTLED', ...new Array<string>(1023).fill('LEASE_EXPIRED')]);
  });
});

describe('dead letters', () => {
  const MASK = ['dead_letter_mailbox_id', 'max_deliveries'];

  it('are messages delivered too often', async () => {
    await api.create(DEAD);
    await api.update(BOX, { deadLetterMailboxId: DEAD, maxDeliveries: 2 }, MASK);
    await api.sendAll(BOX, ['bad', 'good']);
    for (let i = 0; i < 2; i++) {
      const [bad] = await leaseAll(1);
      expect(bad).toMatchObject({ deliveryCount: i + 1 });
      expect(await api.settle(BOX, [release(bad!)])).toEqual(['SETTLED']);
    }
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, deadLetteredCount: 1n });
    const [letter] = await leaseAll(1, DEAD);
    expect(letter).toMatchObject({
      data: Buffer.from('bad'),
      sequence: 1n,
      deliveryCount: 1,
      deadLetter: { mailboxId: BOX, deliveryCount: 2, age: expect.anything() as unknown },
    });
    expect(await api.drain(BOX)).toEqual(['good']);
  });

  it('are messages whose time is over', async () => {
    await api.create(DEAD);
    await api.update(BOX, { deadLetterMailboxId: DEAD }, MASK);
    await api.sendAll(BOX, [{ data: Buffer.from('short'), timeToLive: SHORT }, 'lasting']);
    await until(async () => (await api.get(DEAD)).messageCount === 1n);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, expiredCount: 1n, deadLetteredCount: 1n });
    expect(await api.receiveAll(DEAD)).toMatchObject([{ deadLetter: { mailboxId: BOX, deliveryCount: 0 } }]);
  });

  it('stay where there is no mailbox for them', async () => {
    await api.update(BOX, { deadLetterMailboxId: DEAD, maxDeliveries: 1 }, MASK);
    await api.sendAll(BOX, ['bad']);
    await api.settle(BOX, [release((await leaseAll())[0]!)]);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, deadLetteredCount: 0n });
    expect(await leaseAll()).toMatchObject([{ deliveryCount: 2, deadLetter: undefined }]);
  });
});

it('killed with leases out, it gives them back all the same', async () => {
  const doomed = await startService({ engine });
  const before = new Api(doomed.unix);
  await api.sendAll(BOX, ['a', 'b', 'c', 'd']);
  await before.receiveAll(BOX, { lease: { seconds: 0n, nanos: 200_000_000 } });
  const [b] = await before.receiveAll(BOX, { lease: LONG });
  const [c] = await before.receiveAll(BOX, { lease: LONG });
  await doomed.kill();
  before.close();
  await doomed.stop();
  const restarted = await startService({ engine });
  const after = new Api(restarted.unix);
  try {
    // A lease is a token and a deadline: no service keeps it.
    expect(await after.settle(BOX, [acknowledge(b!), extend(c!, SHORT)])).toEqual(['SETTLED', 'SETTLED']);
    await until(async () => (await after.get(BOX)).leasedCount === 0n);
    expect(await after.drain(BOX)).toEqual(['a', 'c', 'd']);
  } finally {
    await stopAll(after, restarted);
  }
});

it('a call whose deadline has passed leases nothing', async () => {
  await api.sendAll(BOX, ['a']);
  const gone = await told(api.receiveAll(BOX, { lease: LONG }, { deadline: new Date(Date.now() - 1) }));
  expect(gone).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(await api.get(BOX)).toMatchObject({ messageCount: 1n, leasedCount: 0n });
  expect(await api.peek(BOX)).toMatchObject([{ deliveryCount: 0 }]);
});
