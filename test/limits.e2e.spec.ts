import { randomBytes } from 'node:crypto';
import { Api, told } from './support/api';
import { type Engine, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

const MIB = 1024 * 1024;

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(() => stopAll(engine));

describe('as services have it', () => {
  const LIMIT = SCALE.maxMessage;
  let service: Service;
  let api: Api;

  beforeAll(async () => {
    service = await startService({ engine });
    api = new Api(service.tcp);
    await api.initialize();
    await api.create(42);
  });

  afterAll(async () => {
    await api.shutdown();
    await stopAll(api, service);
  });

  it(`carries ${LIMIT / MIB} MiB`, async () => {
    const data = randomBytes(LIMIT);
    await api.send(42, data);
    expect((await api.get(42)).headLength).toBe(LIMIT);
    const message = await api.receive(42);
    expect(message?.truncated).toBe(false);
    expect(message?.data.equals(data)).toBe(true);
  });

  it('truncates it to what is asked for', async () => {
    await api.send(42, Buffer.alloc(LIMIT, 7));
    const message = await api.receive(42, LIMIT - 1);
    expect(message?.truncated).toBe(true);
    expect(message?.data.length).toBe(LIMIT - 1);
    expect(await api.receive(42)).toBeUndefined();
  });

  it.each([
    ['a byte', LIMIT + 1],
    ['a sixty-fourth', LIMIT + LIMIT / 64],
  ])('refuses a message %s over, by name', async (_by, length) => {
    expect(await told(api.send(42, Buffer.alloc(length)))).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      message: `The message has ${length} bytes and this service takes ${LIMIT} at most (SLMBX_MAX_MESSAGE_BYTES).`,
      reason: 'MESSAGE_TOO_LARGE',
      domain: 'slmbx',
      metadata: { max_message_bytes: String(LIMIT), mailbox_id: '42' },
    });
    expect((await api.get(42)).messageCount).toBe(0n);
  });

  it('refuses a message far over, as gRPC does', async () => {
    const refusal = await told(api.send(42, Buffer.alloc(2 * LIMIT)));
    expect(refusal.code).toBe('RESOURCE_EXHAUSTED');
    expect(refusal.message).toMatch(/^Received message larger than max \(\d+ vs \d+\)$/);
    expect((await api.get(42)).messageCount).toBe(0n);
  });
});

describe('as set', () => {
  it('takes a message of SLMBX_MAX_MESSAGE_BYTES and no longer one', async () => {
    const service = await startService({ engine, env: { SLMBX_MAX_MESSAGE_BYTES: '100' } });
    const api = new Api(service.tcp);
    try {
      await api.initialize();
      await api.create(42);
      await api.send(42, Buffer.alloc(100, 1));
      expect(await told(api.send(42, Buffer.alloc(101, 1)))).toMatchObject({ reason: 'MESSAGE_TOO_LARGE' });
      expect(await told(api.receive(42, 101))).toMatchObject({ reason: 'VALIDATION_FAILED' });
      expect((await api.receive(42, 100))?.data.length).toBe(100);
    } finally {
      await api.shutdown();
      api.close();
      await service.stop();
    }
  });

  it('cuts a message that came past it to the limit, and says so', async () => {
    const [large, small] = await Promise.all([
      startService({ engine }),
      startService({ engine, args: ['--max-message-bytes', '1000'] }),
    ]);
    const sender = new Api(large.tcp);
    const receiver = new Api(small.tcp);
    try {
      await sender.initialize();
      await sender.create(42);
      await sender.send(42, Buffer.alloc(MIB, 7));
      await sender.send(42, 'next');
      expect(await receiver.receive(42)).toEqual({ data: Buffer.alloc(1000, 7), truncated: true });
      expect(await receiver.drain(42)).toEqual(['next']);
    } finally {
      await sender.shutdown();
      sender.close();
      receiver.close();
      await Promise.all([large.stop(), small.stop()]);
    }
  });

  it(
    `carries ${SCALE.hugeMessage / MIB} MiB if it may`,
    async () => {
      const limit = SCALE.hugeMessage;
      const service = await startService({ engine, env: { SLMBX_MAX_MESSAGE_BYTES: String(limit) } });
      const api = new Api(service.unix);
      try {
        await api.initialize();
        await api.create(42);
        await api.send(42, Buffer.alloc(limit, 9));
        const message = await api.receive(42);
        expect(message?.data.length).toBe(limit);
        expect(message?.data[limit - 1]).toBe(9);
      } finally {
        await api.shutdown();
        api.close();
        await service.stop();
      }
    },
    120_000 * SCALE.patience,
  );
});
