import { Api, told } from './support/api';
import { type Engine, startEngine } from './support/engine';
import { probe } from './support/probe';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { itAsNobody, NOBODY } from './support/uids';

/* What must hold on every kernel, in few starts: it ends in time on an emulated one too. */

const OPEN = 42;
const OURS = 7;
const THEIRS = 9;
const SENDERS = 4;

let engine: Engine;
let service: Service;
/** Those that were killed: their socket's directory is there until they are stopped. */
const killed: Service[] = [];
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.unix);
});

afterAll(() => stopAll(api, service, ...killed, engine));

beforeEach(() => api.initialize());

afterEach(() => api.shutdown());

/** kill -9. */
async function kill(): Promise<void> {
  await service.kill();
  killed.push(service);
}

/** Starts a service in the place of the one that was killed. */
async function restart(): Promise<void> {
  await stopAll(api);
  service = await startService({ engine, unix: service.socketPath! });
  api = new Api(service.unix);
}

/** Sends `k:0`, `k:1`, … until a call fails; returns how many were acknowledged. */
async function sendUntilRefused(sender: Api, k: number): Promise<number> {
  for (let i = 0; ; i++) {
    try {
      await sender.send(OPEN, `${k}:${i}`);
    } catch {
      return i;
    }
  }
}

it('a service killed with -9 and restarted finds all there, in order', async () => {
  const lengths = [0, 1, 64, 1024, 8192, 65_536, 1_000_000];
  await api.create(OPEN);
  await api.create(OURS, true);
  for (const [i, length] of lengths.entries()) await api.send(OURS, Buffer.alloc(length, i + 1));
  const senders = Array.from({ length: SENDERS }, () => new Api(service.unix));
  const sending = Promise.all(senders.map(sendUntilRefused));
  while ((await api.get(OPEN)).messageCount < 100n);
  await kill();
  const acknowledged = await sending;
  await stopAll(...senders);

  await restart();
  const bytes = BigInt(lengths.reduce((sum, length) => sum + length, 0));
  const ours = { id: OURS, protected: true, messageCount: BigInt(lengths.length), byteCount: bytes, headLength: 0 };
  expect(await api.get(OURS)).toMatchObject({ ...ours, ownerUid: process.getuid?.() });
  for (const [i, length] of lengths.entries()) {
    expect((await api.receive(OURS))?.data.equals(Buffer.alloc(length, i + 1))).toBe(true);
  }
  expect(await api.receive(OURS)).toBeUndefined();
  const all = await api.drain(OPEN);
  for (const [k, count] of acknowledged.entries()) {
    const own = all.filter((text) => text.startsWith(`${k}:`));
    // The one call more that was on its way may be there.
    expect(own).toEqual(Array.from(own, (_, i) => `${k}:${i}`));
    expect([count, count + 1]).toContain(own.length);
  }
});

describe('another uid beside the service', () => {
  const asNobody = (call: string, ...args: string[]): ReturnType<typeof probe> => probe(engine, NOBODY, call, ...args);
  const refused = { code: 1, stdout: '', stderr: expect.stringMatching(/^slmbx_\w+: EPERM: /) as string };

  itAsNobody('shares a mailbox with it, whether the service is there or not', async () => {
    await api.create(OPEN);
    await api.send(OPEN, 'from the service');
    expect(await asNobody('recv', String(OPEN))).toMatchObject({ code: 0, stdout: 'from the service' });
    for (let i = 0; i < 3; i++)
      expect(await asNobody('send', String(OPEN), '--string', `before ${i}`)).toMatchObject({ code: 0 });
    await kill();
    for (let i = 0; i < 3; i++)
      expect(await asNobody('send', String(OPEN), '--string', `after ${i}`)).toMatchObject({ code: 0 });
    await restart();
    expect(await api.drain(OPEN)).toEqual(['before 0', 'before 1', 'before 2', 'after 0', 'after 1', 'after 2']);
  });

  itAsNobody('is refused what the service protects, and the service what it protects', async () => {
    await api.create(OURS, true);
    await api.send(OURS, 'ours');
    expect(await asNobody('create', String(THEIRS), '--protected')).toMatchObject({ code: 0 });
    expect(await asNobody('send', String(THEIRS), '--string', 'theirs')).toMatchObject({ code: 0 });

    for (const call of ['recv', 'count', 'stat', 'length', 'destroy']) {
      expect(await asNobody(call, String(OURS))).toMatchObject(refused);
    }
    expect(await asNobody('send', String(OURS), '--string', 'x')).toMatchObject(refused);
    expect(await asNobody('shutdown')).toMatchObject(refused);
    const calls = [api.receive(THEIRS), api.get(THEIRS), api.send(THEIRS, 'x'), api.delete(THEIRS)];
    for (const refusal of await Promise.all(calls.map(told))) {
      expect(refusal).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'NOT_PERMITTED' });
    }

    expect(await asNobody('count', String(THEIRS))).toMatchObject({ code: 0, stdout: '1\n' });
    expect(await asNobody('recv', String(THEIRS))).toMatchObject({ code: 0, stdout: 'theirs' });
    expect(await api.drain(OURS)).toEqual(['ours']);
  });
});
