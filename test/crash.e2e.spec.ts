import { Api } from './support/api';
import { type Engine, ENGINE, SCALE, startEngine } from './support/engine';
import { type Service, type ServiceOptions, startService } from './support/service';
import { stopAll } from './support/stop-all';

/*
 * The service keeps nothing, so it may die at any instant. What it acknowledged is in the engine or was handed out,
 * once and in order. A Send without an answer may be there or not; an answer to a Receive that never arrived takes
 * its message with it, since it was received without a lease.
 */

const SENDERS = 8;
const MAILBOX = 42;

let engine: Engine;
let services: Service[] = [];

beforeEach(async () => {
  engine = await startEngine();
});

afterEach(async () => {
  await stopAll(...services, engine);
  services = [];
});

async function start(options: Partial<ServiceOptions> = {}): Promise<Service> {
  const service = await startService({ engine, ...options });
  services.push(service);
  return service;
}

/** Sends `k:0`, `k:1`, … one after the other until a call fails; returns how many were acknowledged. */
async function sendUntilRefused(api: Api, k: number): Promise<number> {
  for (let i = 0; ; i++) {
    try {
      await api.send(MAILBOX, `${k}:${i}`);
    } catch {
      return i;
    }
  }
}

/** Receives until a call fails; returns the texts in the order they came. */
async function receiveUntilRefused(api: Api): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    try {
      const message = await api.receive(MAILBOX);
      if (message !== undefined) texts.push(message.data.toString());
    } catch {
      return texts;
    }
  }
}

function numbersOf(texts: readonly string[], k: number): number[] {
  return texts.filter((text) => text.startsWith(`${k}:`)).map((text) => Number(text.split(':')[1]));
}

function ascending(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

async function untilSent(api: Api, count: bigint): Promise<void> {
  while ((await api.get(MAILBOX)).messageCount < count);
}

it(
  'killed under load, it has lost nothing it acknowledged',
  async () => {
    let service = await start();
    const path = service.socketPath!;
    let watch = new Api(service.unix);
    await watch.initialize();
    await watch.create(MAILBOX);

    const acknowledged = new Array<number>(SENDERS).fill(0);
    const rounds: number[][] = [];
    for (let round = 0; round < 3; round++) {
      const senders = acknowledged.map(() => new Api(service.unix));
      const sending = Promise.all(senders.map((api, k) => sendUntilRefused(api, round * SENDERS + k)));
      await untilSent(watch, (await watch.get(MAILBOX)).messageCount + 100n);
      await service.kill();
      rounds.push(await sending);
      for (const api of [watch, ...senders]) api.close();

      service = await start({ unix: path });
      watch = new Api(service.unix);
    }

    const all = await watch.drain(MAILBOX);
    expect(new Set(all).size).toBe(all.length);
    rounds.flat().forEach((count, k) => {
      const numbers = numbersOf(all, k);
      // Everything acknowledged, in order, and at most the one call more that was on its way.
      expect(numbers).toEqual(Array.from(numbers, (_, i) => i));
      expect(numbers.length).toBeGreaterThanOrEqual(count);
      expect(numbers.length).toBeLessThanOrEqual(count + 1);
    });
    watch.close();
  },
  120_000 * SCALE.patience,
);

it(
  'killed while it hands messages out, it hands none out twice',
  async () => {
    let service = await start();
    let api = new Api(service.tcp);
    await api.initialize();
    await api.create(MAILBOX);
    const total = 3000;
    for (let i = 0; i < total; i += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, j) => api.send(MAILBOX, `0:${i + j}`)));
    }

    const receivers = Array.from({ length: SENDERS }, () => new Api(service.tcp));
    const receiving = Promise.all(receivers.map((receiver) => receiveUntilRefused(receiver)));
    while ((await api.get(MAILBOX)).messageCount > BigInt(total - 200));
    await service.kill();
    const received = await receiving;
    for (const client of [api, ...receivers]) client.close();

    service = await start();
    api = new Api(service.tcp);
    const left = await api.drain(MAILBOX);
    for (const texts of [...received, left]) {
      expect(ascending(numbersOf(texts, 0))).toBe(true);
    }
    const known = [...received.flat(), ...left];
    expect(new Set(known).size).toBe(known.length);
    // Each receiver may have had one answer on its way.
    expect(known.length).toBeGreaterThanOrEqual(total - SENDERS - 1);
    expect(left.length).toBeGreaterThan(0);
    api.close();
  },
  120_000 * SCALE.patience,
);

it('takes over the socket that a killed service left behind', async () => {
  const first = await start();
  await first.kill();
  const second = await start({ unix: first.socketPath! });
  const api = new Api(second.unix);
  expect((await api.getSystem()).engine).toBe(ENGINE);
  api.close();
});
