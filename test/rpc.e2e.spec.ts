import { Mailbox } from '../src/generated/slmbx/v1/mailbox';
import { VERSION } from '../src/package-info';
import { Api } from './support/api';
import { type Engine, ENGINE, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

let engine: Engine;
let service: Service;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
});

afterAll(() => stopAll(service, engine));

describe.each(['tcp', 'unix'] as const)('over %s', (listener) => {
  let api: Api;

  beforeEach(async () => {
    api = new Api(service[listener]);
    await api.initialize();
  });

  afterEach(async () => {
    await api.shutdown();
    api.close();
  });

  it('sends and receives in order', async () => {
    await api.create(42);
    await api.send(42, 'one');
    await api.send(42, 'two');
    expect(await api.receive(42)).toEqual({ data: Buffer.from('one'), truncated: false });
    expect(await api.receive(42)).toEqual({ data: Buffer.from('two'), truncated: false });
  });

  it('answers OK without a message on an empty mailbox', async () => {
    await api.create(42);
    expect(await api.receive(42)).toBeUndefined();
    expect(await api.receive(42, 0)).toBeUndefined();
  });

  it('tells an empty message from none', async () => {
    await api.create(42);
    await api.send(42, '');
    expect(await api.get(42)).toMatchObject({ messageCount: 1n, byteCount: 0n, headLength: 0 });
    expect(await api.receive(42)).toEqual({ data: Buffer.alloc(0), truncated: false });
    expect(await api.receive(42)).toBeUndefined();
  });

  it('carries any bytes', async () => {
    const data = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
    await api.create(42);
    await api.send(42, data);
    expect((await api.receive(42))?.data).toEqual(data);
  });

  it('looks at a mailbox without changing it', async () => {
    await api.create(7, true);
    const empty = {
      ...Mailbox.decode(new Uint8Array()),
      id: 7,
      protected: true,
      ownerUid: process.getuid?.(),
    };
    expect(await api.get(7)).toEqual({ ...empty, headLength: undefined });
    await api.send(7, 'four');
    await api.send(7, 'three');
    expect(await api.get(7)).toEqual({
      ...empty,
      messageCount: 2n,
      byteCount: 9n,
      headLength: 4,
      sentCount: 2n,
      oldestMessageAge: expect.anything() as unknown,
    });
    expect(await api.drain(7)).toEqual(['four', 'three']);
    await api.create(8);
    expect((await api.get(8)).protected).toBe(false);
  });

  it('takes the smallest and the largest id', async () => {
    for (const id of [1, 4294967294]) {
      await api.create(id);
      await api.send(id, String(id));
      expect(await api.drain(id)).toEqual([String(id)]);
      await api.delete(id);
    }
  });

  it('deletes a mailbox with what is in it', async () => {
    await api.create(42);
    await api.send(42, 'lost');
    await api.delete(42);
    await api.create(42);
    expect((await api.get(42)).messageCount).toBe(0n);
  });

  describe('max_bytes', () => {
    beforeEach(async () => {
      await api.create(42);
      await api.send(42, 'hello');
      await api.send(42, 'next');
    });

    it.each([
      [0, '', true],
      [1, 'h', true],
      [4, 'hell', true],
      [5, 'hello', false],
      [6, 'hello', false],
      [SCALE.maxMessage, 'hello', false],
      [undefined, 'hello', false],
    ])('of %p takes %p, truncated: %p', async (maxBytes, text, truncated) => {
      expect(await api.receive(42, maxBytes)).toEqual({ data: Buffer.from(text), truncated });
      expect(await api.drain(42)).toEqual(['next']);
    });
  });

  it('shuts the system down and sets it up again', async () => {
    await api.create(42);
    expect(await api.getSystem()).toEqual({ engine: ENGINE, initialized: true, version: VERSION });
    await api.shutdown();
    expect(await api.getSystem()).toMatchObject({ initialized: false });
    await api.initialize(1, 16);
    expect(await api.getSystem()).toMatchObject({ initialized: true });
    await api.create(42);
  });

  it.each([
    [1, 2],
    [4294967295, 4],
    [64, 8],
  ])('initializes with max_pointers %p and inverse_probability %p', async (maxPointers, inverseProbability) => {
    await api.shutdown();
    await api.initialize(maxPointers, inverseProbability);
    for (let id = 1; id <= 50; id++) await api.create(id);
    expect((await api.get(50)).id).toBe(50);
  });
});

it('serves one system on both listeners', async () => {
  const tcp = new Api(service.tcp);
  const unix = new Api(service.unix);
  await tcp.initialize();
  await tcp.create(1);
  await tcp.send(1, 'by tcp');
  expect(await unix.drain(1)).toEqual(['by tcp']);
  await unix.shutdown();
  tcp.close();
  unix.close();
});
