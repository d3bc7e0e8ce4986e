import { setTimeout as delay } from 'node:timers/promises';
import { type ServiceError } from '@grpc/grpc-js';
import { SlmbxClient, UnavailableError } from '../../src/client';
import { Api, tell, told } from '../support/api';
import { Cli } from '../support/cli';
import { type Daemon, startDaemon } from '../support/daemon';
import { type Service, startService } from '../support/service';
import { stopAll } from '../support/stop-all';

const MAILBOX = 42;
const GONE = {
  code: 'UNAVAILABLE',
  message: 'No mailbox engine answers: start slmbxd and call again.',
  reason: 'ENGINE_UNAVAILABLE',
  domain: 'slmbx',
};

let daemon: Daemon;
let service: Service;
let api: Api;

beforeEach(async () => {
  daemon = await startDaemon();
  service = await startService({ engine: daemon });
  api = new Api(service.unix);
});

afterEach(() => stopAll(api, service, daemon));

async function healthBecomes(wanted: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await api.healthOf()) !== wanted) {
    if (Date.now() > deadline) throw new Error(`health was never ${wanted}`);
    await delay(50);
  }
}

it('is UNAVAILABLE to every call while the daemon is gone, and never ends', async () => {
  await api.initialize();
  await api.create(MAILBOX);
  await daemon.kill();
  const calls = [
    api.create(7),
    api.get(MAILBOX),
    api.delete(MAILBOX),
    api.send(MAILBOX, 'x'),
    api.receive(MAILBOX),
    api.initialize(),
    api.shutdown(),
    api.getSystem(),
  ];
  for (const refusal of await Promise.all(calls.map(told))) {
    expect(refusal).toMatchObject(GONE);
    expect(['ECONNREFUSED', 'ECONNRESET', 'ENOSYS']).toContain(refusal.metadata?.['errno']);
  }
  expect(service.log().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});

it('comes back by itself with the daemon, which knows nothing then', async () => {
  await api.initialize();
  await api.create(MAILBOX);
  await daemon.kill();
  expect(await told(api.send(MAILBOX, 'x'))).toMatchObject(GONE);

  const next = await startDaemon({ socket: daemon.socket });
  try {
    expect(await told(api.get(MAILBOX))).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'NOT_INITIALIZED' });
    expect(await told(api.send(MAILBOX, 'x'))).toMatchObject({ reason: 'NOT_INITIALIZED' });
    expect(await api.getSystem()).toMatchObject({ engine: 'daemon', initialized: false });
    await api.initialize();
    await api.create(MAILBOX);
    await api.send(MAILBOX, 'again');
    expect(await api.drain(MAILBOX)).toEqual(['again']);
  } finally {
    await next.stop();
  }
});

it('survives a daemon that goes and comes under load', async () => {
  await api.initialize();
  await api.create(MAILBOX);
  let running = true;
  const codes = new Set<string>();
  const load = Array.from({ length: 8 }, async () => {
    while (running) {
      await api.send(MAILBOX, 'x').catch((error: unknown) => codes.add(tell(error as ServiceError).code));
      await delay(1);
    }
  });
  let current = daemon;
  for (let round = 0; round < 3; round++) {
    await delay(100);
    await current.kill();
    await delay(100);
    current = await startDaemon({ socket: daemon.socket });
    await api.initialize();
    await api.create(MAILBOX);
    await delay(100);
    expect((await api.get(MAILBOX)).messageCount).toBeGreaterThan(0n);
  }
  running = false;
  await Promise.all(load);
  // UNAVAILABLE while it was gone, FAILED_PRECONDITION and NOT_FOUND until it was set up again.
  expect([...codes].every((code) => ['UNAVAILABLE', 'FAILED_PRECONDITION', 'NOT_FOUND'].includes(code))).toBe(true);
  await current.stop();
});

it('starts without a daemon and serves once there is one', async () => {
  await daemon.kill();
  const early = await startService({ engine: daemon });
  const client = new Api(early.tcp);
  try {
    expect(await told(client.getSystem())).toMatchObject(GONE);
    expect(await client.healthOf()).toBe('NOT_SERVING');
    const late = await startDaemon({ socket: daemon.socket });
    try {
      expect(await client.getSystem()).toMatchObject({ engine: 'daemon', initialized: false });
    } finally {
      await late.stop();
    }
  } finally {
    client.close();
    await early.stop();
  }
});

it('has an exit code in the command', async () => {
  await daemon.kill();
  const { code, stderr } = await new Cli(service.unix).run(['send', '1', 'x', '--json']);
  expect(code).toBe(8);
  expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'unavailable', reason: 'ENGINE_UNAVAILABLE' } });
});

it('is waited for by a client that may retry', async () => {
  const hasty = new SlmbxClient({ address: service.unix, retry: false });
  const patient = new SlmbxClient({ address: service.unix, retry: { maxAttempts: 1000, maxDelayMs: 50 } });
  try {
    await hasty.initialize();
    await daemon.kill();
    const error = await hasty.send(MAILBOX, 'x').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ reason: 'ENGINE_UNAVAILABLE', mayHaveTakenEffect: false });
    const initialized = patient.initialize();
    await delay(100);
    const next = await startDaemon({ socket: daemon.socket });
    try {
      await initialized;
      expect(await patient.getSystem()).toMatchObject({ initialized: true });
    } finally {
      await next.stop();
    }
  } finally {
    await Promise.all([hasty.close(), patient.close()]);
  }
});

it('tells its health by whether the daemon answers', async () => {
  // Initialized or not makes no difference.
  expect(await api.healthOf()).toBe('SERVING');
  await daemon.kill();
  await healthBecomes('NOT_SERVING');
  expect(await api.healthOf('slmbx.v1.MailboxService')).toBe('NOT_SERVING');
  const next = await startDaemon({ socket: daemon.socket });
  await healthBecomes('SERVING');
  expect(await api.healthOf('slmbx.v1.SystemService')).toBe('SERVING');
  await next.stop();
  expect(
    service
      .log()
      .filter(({ msg }) => msg?.includes('answer'))
      .map(({ level }) => level),
  ).toEqual(['info', 'warn', 'info']);
});

it('says so when SLMBX_ENGINE names one that is not there', async () => {
  const other = await startService({ engine: daemon, env: { SLMBX_ENGINE: 'syscall' } });
  const client = new Api(other.unix);
  try {
    expect(await told(client.create(MAILBOX))).toMatchObject({ ...GONE, metadata: { errno: 'ENOSYS' } });
    expect(await told(client.getSystem())).toMatchObject(GONE);
  } finally {
    client.close();
    await other.stop();
  }
});
