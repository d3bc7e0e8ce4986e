import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { GetMailboxRequest, MailboxServiceService, SendMessageRequest } from '../src/generated/slmbx/v1/mailbox';
import { Api } from './support/api';
import { type Engine, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { answer, beginCall, closed, frame, http2Connection, rawConnection } from './support/wire';

const GET = MailboxServiceService.getMailbox.path;
const SEND = MailboxServiceService.sendMessage.path;
const MAILBOX = 42;

let engine: Engine;
let service: Service;
/** All that a test started, the last one first. */
let services: Service[] = [];
let api: Api;

/** Starts a service, the first one of a test or the next. */
async function start(env: Record<string, string> = {}): Promise<void> {
  await stopAll(api);
  service = await startService({ engine, env });
  services.unshift(service);
  api = new Api(service.unix);
}

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(() => stopAll(engine));

afterEach(async () => {
  await stopAll(api, ...services);
  services = [];
});

/** Milliseconds from a signal to the end of the process. */
async function stopTakes(signal: NodeJS.Signals): Promise<number> {
  const started = Date.now();
  service.signal(signal);
  const { code } = await service.ended();
  expect(code).toBe(0);
  return Date.now() - started;
}

it.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit code 0, and its socket goes', async (signal) => {
  await start();
  expect(await api.healthOf()).toBe('SERVING');
  expect(existsSync(service.socketPath!)).toBe(true);
  expect(await stopTakes(signal)).toBeLessThan(5_000 * SCALE.patience);
  expect(existsSync(service.socketPath!)).toBe(false);
  expect(service.log().map(({ msg }) => msg)).toEqual(expect.arrayContaining(['stopping', 'stopped']));
});

it('under load, it answers every call it took and loses nothing', async () => {
  await start();
  await api.initialize();
  await api.create(MAILBOX);
  const clients = Array.from({ length: 6 }, (_, i) => new Api(i % 2 === 0 ? service.unix : service.tcp));
  const sent: string[] = [];
  const received: string[] = [];
  const working = clients.map(async (client, k) => {
    try {
      for (let i = 0; ; i++) {
        const text = `${k}:${i}`;
        if (k < 3) {
          await client.send(MAILBOX, text);
          sent.push(text);
        } else {
          const message = await client.receive(MAILBOX);
          if (message !== undefined) received.push(message.data.toString());
        }
      }
    } catch {
      // The service is gone.
    }
  });
  while (received.length < 300) await api.get(MAILBOX);
  expect(await stopTakes('SIGTERM')).toBeLessThan(5_000 * SCALE.patience);
  await Promise.all(working);
  for (const client of clients) client.close();
  expect(service.log().some(({ msg }) => msg?.includes('dropped'))).toBe(false);

  await start();
  const left = await api.drain(MAILBOX);
  const known = [...received, ...left];
  expect(new Set(known).size).toBe(known.length);
  // An order to stop drops no call it has begun: every answer arrived, so no message is missing.
  expect([...known].sort()).toEqual(expect.arrayContaining([...sent].sort()));
  expect(known.length).toBeLessThanOrEqual(sent.length + 3);
  await api.shutdown();
});

it('tells the health of a stopping service, and ends what watches it', async () => {
  await start();
  const watching = api.health.watch({ service: '' });
  const seen: number[] = [];
  watching.on('data', (answer: { status: number }) => seen.push(answer.status));
  watching.on('error', () => undefined);
  await once(watching, 'data');
  const ended = once(watching, 'end');
  expect(await stopTakes('SIGTERM')).toBeLessThan(5_000 * SCALE.patience);
  await ended;
  expect(seen).toEqual([1, 2]);
});

it('does not wait for connections that do nothing', async () => {
  await start();
  const raw = await rawConnection({ host: '127.0.0.1', port: service.port });
  const session = await http2Connection({ path: service.socketPath! });
  const gone = closed(raw, 10_000);
  expect(await stopTakes('SIGTERM')).toBeLessThan(5_000 * SCALE.patience);
  await gone;
  session.destroy();
});

describe('with half a request on its way', () => {
  async function halfARequest(): Promise<{ rest: () => void; ended: Promise<unknown> }> {
    await api.initialize();
    await api.create(MAILBOX);
    const session = await http2Connection({ path: service.socketPath! });
    const stream = beginCall(session, SEND);
    const whole = frame(SendMessageRequest.encode({ mailboxId: MAILBOX, data: Buffer.alloc(1000) }).finish());
    stream.resume().write(whole.subarray(0, 500));
    // What is answered on the same connection after it tells that the half has arrived.
    const look = beginCall(session, GET);
    look.end(frame(GetMailboxRequest.encode({ id: MAILBOX }).finish()));
    expect(await answer(look)).toMatchObject({ 'grpc-status': '0' });
    const ended = once(stream, 'close').then(() => session.destroy());
    return { rest: () => void stream.end(whole.subarray(500)), ended };
  }

  // Each test ends with a service that is up.
  afterEach(() => api.shutdown());

  it('waits for the rest of it', async () => {
    await start({ SLMBX_SHUTDOWN_TIMEOUT_MS: '15000' });
    const { rest, ended } = await halfARequest();
    service.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    rest();
    await ended;
    expect((await service.ended()).code).toBe(0);
    await start();
    expect((await api.get(MAILBOX)).messageCount).toBe(1n);
  });

  it('drops it when the time is up, and leaves nothing of it', async () => {
    await start({ SLMBX_SHUTDOWN_TIMEOUT_MS: '300' });
    const { ended } = await halfARequest();
    const took = await stopTakes('SIGTERM');
    expect(took).toBeGreaterThanOrEqual(290);
    expect(took).toBeLessThan(5_000 * SCALE.patience);
    await ended;
    expect(service.log().some(({ msg }) => msg?.includes('dropped'))).toBe(true);
    expect(existsSync(service.socketPath!)).toBe(false);
    await start();
    expect((await api.get(MAILBOX)).messageCount).toBe(0n);
  });

  it('ends at once at a second signal', async () => {
    await start({ SLMBX_SHUTDOWN_TIMEOUT_MS: '15000' });
    await halfARequest();
    service.signal('SIGTERM');
    while (!service.log().some(({ msg }) => msg === 'stopping'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    const started = Date.now();
    service.signal('SIGINT');
    expect((await service.ended()).code).toBe(130);
    expect(Date.now() - started).toBeLessThan(2_000 * SCALE.patience);
    expect(existsSync(service.socketPath!)).toBe(false);
    await start();
  });
});
