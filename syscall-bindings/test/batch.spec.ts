import { constants } from 'node:os';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { PLAIN, codeOf, failure, someTime } from './support/expect';

/* Batches and leases: all or none, whole messages, and what becomes of each lease. */

const ID = 31;
const DEAD = 32;
const ABSENT = 33;
const HOUR = 3_600_000_000_000n;
const KIB = 1024;
const MIB = 1024 * KIB;

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => {
  slmbx.init(16, 4);
  slmbx.create(ID);
});
afterEach(() => slmbx.shutdown());

function messages(count: number, size = 4): { data: Buffer }[] {
  return Array.from({ length: count }, (_, i) => ({ data: Buffer.alloc(size, `m${i}.`) }));
}

function texts(deliveries: slmbx.Delivery[]): string[] {
  return deliveries.map(({ data }) => data.toString());
}

/** Calls until there are messages. */
function eventually(options: slmbx.RecvBatchOptions): slmbx.Delivery[] {
  for (;;) {
    const deliveries = slmbx.recvBatch(ID, options);
    if (deliveries.length > 0) return deliveries;
  }
}

function lease(count = 1, time = HOUR): slmbx.Delivery[] {
  const deliveries = slmbx.recvBatch(ID, { maxMessages: count, lease: time });
  expect(deliveries).toHaveLength(count);
  return deliveries;
}

type Action = slmbx.SettleItem['action'];
function settling(action: Action, { sequence, token }: slmbx.Delivery, time?: bigint): slmbx.SettleItem {
  return time === undefined ? { sequence, token, action } : { sequence, token, action, time };
}

describe('sendBatch', () => {
  it.each([1, 2, 17, 1024])('queues %d messages in order', (count) => {
    const sent = messages(count);
    slmbx.sendBatch(ID, sent);
    expect(slmbx.count(ID)).toBe(count);
    for (const { data } of sent) expect(slmbx.recv(ID)).toEqual(data);
  });

  it('takes large and empty ones, of any memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
    const sent = [Buffer.alloc(2 * MIB, 'x'), new Uint8Array(), shared, new Uint8Array([1, 2, 3, 4]).subarray(1, 3)];
    slmbx.sendBatch(
      ID,
      sent.map((data) => ({ data })),
    );
    for (const data of sent) expect(slmbx.recv(ID).equals(data)).toBe(true);
    expect(slmbx.count(ID)).toBe(0);
  });

  it('queues none where one is too many', () => {
    slmbx.setAttributes(ID, { maxMessages: 3n });
    slmbx.sendBatch(ID, messages(2));
    const before = slmbx.stat(ID);
    expect(failure(() => slmbx.sendBatch(ID, messages(2)))).toMatchObject({
      code: 'EDQUOT',
      errno: -constants.errno.EDQUOT,
      syscall: 'slmbx_sendv',
    });
    expect(slmbx.stat(ID)).toEqual({ ...before, oldestAge: someTime });
    slmbx.sendBatch(ID, messages(1));
    expect(codeOf(() => slmbx.send(ID, Buffer.alloc(1)))).toBe('EDQUOT');
  });

  it('delays a message', () => {
    slmbx.sendBatch(ID, [{ data: Buffer.from('late'), delay: HOUR }, { data: Buffer.from('now') }]);
    expect(slmbx.stat(ID)).toMatchObject({ count: 1n, delayed: 1n });
    expect(slmbx.recv(ID).toString()).toBe('now');
    expect(slmbx.recvBatch(ID)).toEqual([]);
    slmbx.sendBatch(ID, [{ data: Buffer.from('soon'), delay: 1n }]);
    expect(texts(eventually({}))).toEqual(['soon']);
  });

  it('lets a message expire', () => {
    slmbx.sendBatch(ID, [
      { data: Buffer.from('brief'), timeToLive: 1n },
      { data: Buffer.from('lasting'), timeToLive: 2n ** 64n - 1n },
    ]);
    while (slmbx.stat(ID).expired === 0n);
    expect(slmbx.stat(ID)).toMatchObject({ count: 1n, expired: 1n });
    expect(texts(slmbx.recvBatch(ID, { maxMessages: 9 }))).toEqual(['lasting']);
  });

  it('sees each message once, whatever a getter does to the array', () => {
    const sent: slmbx.BatchMessage[] = [
      {
        get data() {
          sent.length = 1;
          sent.push({ data: Buffer.from('other') }, { data: Buffer.from('more') });
          return Buffer.from('first');
        },
      },
      { data: Buffer.from('second') },
    ];
    slmbx.sendBatch(ID, sent);
    expect(texts(slmbx.recvBatch(ID, { maxMessages: 9 }))).toEqual(['first', 'second']);
  });
});

describe('recvBatch', () => {
  it('gives nothing of an empty mailbox', () => {
    for (const options of [{}, { peek: true }, { lease: HOUR }, { maxMessages: 1024, maxBytes: 0 }]) {
      expect(slmbx.recvBatch(ID, options)).toEqual([]);
    }
    expect(slmbx.stat(ID)).toMatchObject({ count: 0n, sent: 0n, ...PLAIN });
  });

  it.each([1, 3, 1024])('removes up to %d messages, in order', (maxMessages) => {
    const sent = messages(1024, 8);
    slmbx.sendBatch(ID, sent);
    const deliveries = slmbx.recvBatch(ID, { maxMessages });
    expect(texts(deliveries)).toEqual(texts(sent.slice(0, maxMessages) as slmbx.Delivery[]));
    expect(slmbx.count(ID)).toBe(1024 - maxMessages);
    deliveries.forEach((delivery, i) => {
      expect(delivery).toEqual({
        data: sent[i]!.data,
        sequence: BigInt(i + 1),
        token: 0n,
        deliveries: 0,
        age: someTime,
      });
      expect(Buffer.isBuffer(delivery.data)).toBe(true);
    });
  });

  it('takes one without options, and with none of them given', () => {
    slmbx.sendBatch(ID, messages(3));
    expect(slmbx.recvBatch(ID)).toHaveLength(1);
    expect(slmbx.recvBatch(ID, null as unknown as undefined)).toHaveLength(1);
    expect(slmbx.recvBatch(ID, { lease: undefined } as unknown as slmbx.RecvBatchOptions)).toHaveLength(1);
    expect(slmbx.stat(ID)).toMatchObject({ count: 0n, leased: 0n });
  });

  it('takes whole messages of maxBytes at most', () => {
    slmbx.sendBatch(ID, messages(4, 100));
    expect(slmbx.recvBatch(ID, { maxMessages: 9, maxBytes: 299 })).toHaveLength(2);
    expect(slmbx.recvBatch(ID, { maxMessages: 9, maxBytes: 200 })).toHaveLength(2);
  });

  it.each([{}, { peek: true }, { lease: HOUR }])(
    'says what the first message takes, and leaves it, with %j',
    (options) => {
      slmbx.sendBatch(ID, messages(2, 100));
      const before = slmbx.stat(ID);
      const error = failure(() => slmbx.recvBatch(ID, { ...options, maxMessages: 2, maxBytes: 99 }));
      expect(error).toMatchObject({
        code: 'EMSGSIZE',
        errno: -constants.errno.EMSGSIZE,
        syscall: 'slmbx_recvv',
        needed: 100n,
        message: `EMSGSIZE: the first message is longer than maxBytes, slmbx_recvv ${ID}`,
      });
      expect(slmbx.stat(ID)).toEqual({ ...before, oldestAge: someTime });
      expect(slmbx.recvBatch(ID, { ...options, maxMessages: 2, maxBytes: Number(error.needed) })).toHaveLength(1);
    },
  );

  it.each([0, 1, 16 * KIB, 64 * KIB, 64 * KIB + 1, MIB, MIB + 1, 5 * MIB])('takes a message of %d bytes', (size) => {
    const data = Buffer.alloc(size, 'abcdefg');
    for (const options of [{ peek: true }, { maxBytes: size }, {}]) {
      if (slmbx.count(ID) === 0) slmbx.sendBatch(ID, [{ data }]);
      const [delivery, ...rest] = slmbx.recvBatch(ID, options);
      expect(rest).toEqual([]);
      expect(delivery!.data.equals(data)).toBe(true);
    }
    expect(slmbx.count(ID)).toBe(0);
  });

  it('takes up to a MiB in one batch, where that many are wanted', () => {
    slmbx.sendBatch(ID, messages(1024, KIB));
    slmbx.sendBatch(ID, messages(1, KIB));
    expect(slmbx.recvBatch(ID, { maxMessages: 1024, peek: true })).toHaveLength(64);
    const deliveries = slmbx.recvBatch(ID, { maxMessages: 1024, maxBytes: 4 * MIB });
    expect(deliveries).toHaveLength(1024);
    expect(texts(deliveries)).toEqual(texts(messages(1024, KIB) as slmbx.Delivery[]));
    expect(slmbx.count(ID)).toBe(1);
  });

  it.each([8, 4 * KIB, 40 * KIB, 2 * MIB])('gives each batch of %d bytes memory of its own', (size) => {
    slmbx.sendBatch(ID, messages(3, size));
    const batches = [1, 2, 3].map(() => slmbx.recvBatch(ID, { maxMessages: 1 })[0]!.data);
    expect(new Set(batches.map((data) => data.buffer)).size).toBe(3);
    batches[0]!.fill(0);
    messages(3, size)
      .slice(1)
      .forEach(({ data }, i) => expect(batches[i + 1]!.equals(data)).toBe(true));
  });

  it('goes on when memory it gave away is transferred', () => {
    for (const size of [8, 40 * KIB]) {
      slmbx.sendBatch(ID, messages(2, size));
      const [first] = slmbx.recvBatch(ID);
      structuredClone(first!.data.buffer, { transfer: [first!.data.buffer as ArrayBuffer] });
      expect(slmbx.recvBatch(ID)[0]!.data.equals(messages(2, size)[1]!.data)).toBe(true);
    }
  });

  it('leaves everything as it was, to look at', () => {
    slmbx.sendBatch(ID, messages(2));
    const before = slmbx.stat(ID);
    for (let i = 0; i < 3; i++) {
      expect(texts(slmbx.recvBatch(ID, { maxMessages: 9, peek: true }))).toEqual(['m0.m', 'm1.m']);
    }
    expect(slmbx.stat(ID)).toEqual({ ...before, oldestAge: someTime });
  });

  it('answers EINVAL to a lease of what is only looked at', () => {
    slmbx.sendBatch(ID, messages(1));
    expect(failure(() => slmbx.recvBatch(ID, { peek: true, lease: HOUR }))).toMatchObject({
      code: 'EINVAL',
      message: `EINVAL: messages are leased or looked at, not both, slmbx_recvv ${ID}`,
    });
    expect(slmbx.stat(ID)).toMatchObject({ count: 1n, leased: 0n });
  });
});

describe('settle', () => {
  it('acknowledges, releases and extends', () => {
    slmbx.sendBatch(ID, messages(3));
    const [first, second, third] = lease(3) as [slmbx.Delivery, slmbx.Delivery, slmbx.Delivery];
    expect(slmbx.stat(ID)).toMatchObject({ count: 0n, leased: 3n });
    expect(new Set([first.token, second.token, third.token]).size).toBe(3);
    expect(
      slmbx.settle(ID, [settling('acknowledge', first), settling('release', second), settling('extend', third, HOUR)]),
    ).toEqual([undefined, undefined, undefined]);
    expect(slmbx.stat(ID)).toMatchObject({ count: 1n, leased: 1n });
    expect(lease()[0]).toMatchObject({ sequence: second.sequence, deliveries: 2, data: second.data });
  });

  it('tells of each lease what became of it', () => {
    slmbx.sendBatch(ID, messages(2));
    const [first, second] = lease(2) as [slmbx.Delivery, slmbx.Delivery];
    const results = slmbx.settle(ID, [
      settling('acknowledge', first),
      settling('acknowledge', first),
      settling('release', { ...second, token: second.token ^ 1n }),
      settling('acknowledge', second, 1n),
      settling('extend', second),
      settling('release', second, 0n),
    ]);
    expect(results.map((error) => error?.code)).toEqual([undefined, 'ESTALE', 'ESTALE', 'EINVAL', 'EINVAL', undefined]);
    expect(results[1]).toBeInstanceOf(slmbx.SlmbxError);
    expect(results[1]).toMatchObject({
      errno: -constants.errno.ESTALE,
      syscall: 'slmbx_settle',
      message: `ESTALE: no such lease, or no more, slmbx_settle ${ID}`,
    });
    expect(slmbx.stat(ID)).toMatchObject({ count: 1n, leased: 0n });
  });

  it('settles 1024 at once', () => {
    slmbx.sendBatch(ID, messages(1024));
    const leased = lease(1024);
    const results = slmbx.settle(
      ID,
      leased.map((delivery) => settling('acknowledge', delivery)),
    );
    expect(results).toEqual(leased.map(() => undefined));
    expect(slmbx.stat(ID)).toMatchObject({ count: 0n, leased: 0n });
  });

  it('finds a lease that ended stale, and the message back', () => {
    slmbx.sendBatch(ID, messages(1));
    const [first] = lease(1, 1n);
    const [second] = eventually({ lease: HOUR });
    expect(second).toMatchObject({ sequence: first!.sequence, deliveries: 2 });
    expect(slmbx.settle(ID, [settling('acknowledge', first!)]).map((error) => error?.code)).toEqual(['ESTALE']);
    expect(slmbx.settle(ID, [settling('acknowledge', second!)])).toEqual([undefined]);
  });

  it('has getters settle within it, and mixes nothing up', () => {
    slmbx.sendBatch(ID, messages(2));
    const [first, second] = lease(2) as [slmbx.Delivery, slmbx.Delivery];
    const nested: unknown[] = [];
    const item = {
      sequence: first.sequence,
      action: 'acknowledge' as const,
      get token() {
        nested.push(...slmbx.settle(ID, [settling('acknowledge', second)]));
        return first.token;
      },
    };
    expect(slmbx.settle(ID, [item])).toEqual([undefined]);
    expect(nested).toEqual([undefined]);
    expect(slmbx.stat(ID).leased).toBe(0n);
  });

  it('moves what was delivered too often to the dead-letter mailbox', () => {
    slmbx.create(DEAD);
    slmbx.setAttributes(ID, { maxDeliveries: 2, deadLetterId: DEAD });
    slmbx.sendBatch(ID, messages(1));
    for (let i = 0; i < 2; i++) slmbx.settle(ID, [settling('release', lease()[0]!)]);
    expect(slmbx.stat(ID)).toMatchObject({ count: 0n, leased: 0n, dead: 1n, maxDeliveries: 2, deadLetterId: DEAD });
    expect(slmbx.recvBatch(DEAD)).toEqual([
      {
        data: messages(1)[0]!.data,
        sequence: 1n,
        token: 0n,
        deliveries: 0,
        age: someTime,
        deadLetter: { mailboxId: ID, deliveries: 2, age: someTime },
      },
    ]);
  });
});

describe('list', () => {
  it('lists rising ids, above one, and so many', () => {
    const ids = [7, 4294967294, 99, 12];
    for (const id of ids) slmbx.create(id);
    expect(slmbx.list()).toEqual([7, 12, ID, 99, 4294967294]);
    expect(slmbx.list({ after: 12 })).toEqual([ID, 99, 4294967294]);
    expect(slmbx.list({ after: 7, limit: 2 })).toEqual([12, ID]);
    expect(slmbx.list({ limit: 1 })).toEqual([7]);
    for (const after of [4294967294, 4294967295]) expect(slmbx.list({ after })).toEqual([]);
  });

  it('leaves out what the caller may not use', () => {
    slmbx.create(DEAD, true, { uid: 61234 });
    expect(slmbx.list()).toEqual([ID]);
    expect(slmbx.list({ uid: 61234 })).toEqual([ID, DEAD]);
  });
});

describe('setAttributes', () => {
  it('sets what is given, and that alone', () => {
    slmbx.setAttributes(ID, { maxMessages: 5n, maxBytes: 2n ** 64n - 1n });
    slmbx.setAttributes(ID, { maxDeliveries: 65535, deadLetterId: ABSENT, isProtected: true });
    slmbx.setAttributes(ID, {});
    slmbx.setAttributes(ID, { maxMessages: undefined } as unknown as slmbx.MailboxAttributes);
    const set = { maxMessages: 5n, maxBytes: 2n ** 64n - 1n, maxDeliveries: 65535, deadLetterId: ABSENT };
    expect(slmbx.stat(ID)).toMatchObject({ ...set, isProtected: true });
    slmbx.setAttributes(ID, { maxMessages: 0n, maxBytes: 0n, maxDeliveries: 0, deadLetterId: 0, isProtected: false });
    expect(slmbx.stat(ID)).toMatchObject({ ...PLAIN, isProtected: false });
  });

  it('answers ELOOP to dead letters that would come back', () => {
    slmbx.create(DEAD);
    slmbx.setAttributes(DEAD, { deadLetterId: ID });
    expect(failure(() => slmbx.setAttributes(ID, { maxMessages: 1n, deadLetterId: DEAD }))).toMatchObject({
      code: 'ELOOP',
      errno: -constants.errno.ELOOP,
      syscall: 'slmbx_setattr',
    });
    expect(codeOf(() => slmbx.setAttributes(ID, { maxMessages: 1n, deadLetterId: 4294967295 }))).toBe('EINVAL');
    expect(slmbx.stat(ID)).toMatchObject(PLAIN);
  });

  it('is for the owner, and the owner for uid 0', () => {
    slmbx.create(DEAD, false, { uid: 61234 });
    for (const attributes of [{ maxMessages: 1n }, {}]) {
      expect(codeOf(() => slmbx.setAttributes(DEAD, attributes, { uid: 61235 }))).toBe('EPERM');
    }
    expect(failure(() => slmbx.setAttributes(DEAD, { owner: 61235 }, { uid: 61234 }))).toMatchObject({
      message:
        'EPERM: only the owner of the mailbox, or uid 0, may do this, and uid 0 alone change the owner, ' +
        `slmbx_setattr ${DEAD}`,
    });
    expect(slmbx.stat(DEAD)).toMatchObject({ ...PLAIN, owner: 61234 });
    slmbx.setAttributes(DEAD, { owner: 61235, maxMessages: 1n }, { uid: 0 });
    expect(slmbx.stat(DEAD)).toMatchObject({ owner: 61235, maxMessages: 1n });
  });

  it('answers ENOENT without a mailbox', () => {
    expect(codeOf(() => slmbx.setAttributes(ABSENT, { maxMessages: 1n }))).toBe('ENOENT');
  });
});

it('purge drops what is ready or delayed, and no lease', () => {
  slmbx.sendBatch(ID, [...messages(3), { data: Buffer.from('late'), delay: HOUR }]);
  const [first] = lease();
  expect(slmbx.purge(ID)).toBe(3n);
  expect(slmbx.purge(ID)).toBe(0n);
  expect(slmbx.stat(ID)).toMatchObject({ count: 0n, bytes: 0n, delayed: 0n, leased: 1n });
  expect(slmbx.settle(ID, [settling('release', first!)])).toEqual([undefined]);
  expect(slmbx.purge(ID)).toBe(1n);
});
