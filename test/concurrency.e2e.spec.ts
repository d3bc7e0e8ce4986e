import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { MailboxServiceService, ReceiveMessageRequest, SendMessageRequest } from '../src/generated/slmbx/v1/mailbox';
import { Api, told } from './support/api';
import { type Engine, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { answer, beginCall, frame, http2Connection } from './support/wire';

const RECEIVE = MailboxServiceService.receiveMessage.path;
const SEND = MailboxServiceService.sendMessage.path;

let engine: Engine;
let services: Service[] = [];
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  services = await Promise.all([1, 2, 3].map(() => startService({ engine })));
  api = new Api(services[0]!.unix);
});

afterAll(() => stopAll(api, ...services, engine));

beforeEach(async () => {
  await api.initialize();
  await api.create(42);
});

afterEach(() => api.shutdown());

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

it(`serves ${SCALE.calls} calls at once on one connection`, async () => {
  const texts = numbered(SCALE.calls);
  await Promise.all(texts.map((text) => api.send(42, text)));
  // One connection, one thread: sent in this order, queued in this order.
  const received = await Promise.all(texts.map(() => api.receive(42)));
  expect(received.map((message) => message?.data.toString())).toEqual(texts);
  expect(await api.receive(42)).toBeUndefined();
});

it(`serves ${SCALE.calls} calls at once of every kind`, async () => {
  const ids = Array.from({ length: SCALE.calls / 5 }, (_, i) => 1000 + i);
  const outcomes = await Promise.allSettled(
    ids.flatMap((id) => [api.create(id), api.send(id, String(id)), api.get(id), api.receive(id), api.receive(id)]),
  );
  expect(outcomes.filter(({ status: state }) => state === 'rejected')).toEqual([]);
  const messages = await Promise.all(ids.map((id) => api.get(id)));
  expect(messages.every(({ messageCount }) => messageCount === 0n)).toBe(true);
});

it('several services on one engine give every message to one receiver', async () => {
  const apis = services.flatMap((service) => [new Api(service.tcp), new Api(service.unix)]);
  try {
    const texts = numbered(SCALE.calls);
    await Promise.all(texts.map((text, i) => apis[i % apis.length]!.send(42, text)));
    expect((await api.get(42)).messageCount).toBe(BigInt(SCALE.calls));
    const received = await Promise.all(texts.map((_, i) => apis[(i * 5 + 1) % apis.length]!.receive(42)));
    const seen = received.map((message) => message?.data.toString());
    expect([...seen].sort()).toEqual([...texts].sort());
  } finally {
    for (const client of apis) client.close();
  }
});

it('keeps the order of each sender when several senders share a mailbox', async () => {
  const apis = services.map((service) => new Api(service.unix));
  try {
    await Promise.all(
      apis.map(async (sender, k) => {
        for (let i = 0; i < 100; i++) await sender.send(42, `${k}:${i}`);
      }),
    );
    const all = await api.drain(42);
    for (const k of apis.keys()) {
      expect(all.filter((text) => text.startsWith(`${k}:`))).toEqual(numbered(100).map((i) => `${k}:${i}`));
    }
  } finally {
    for (const client of apis) client.close();
  }
});

describe('a call that is given up', () => {
  it('before its request is whole takes no message and leaves none', async () => {
    await api.send(42, 'kept');
    const session = await http2Connection({ path: services[0]!.socketPath! });
    const receive = beginCall(session, RECEIVE);
    receive.write(frame(ReceiveMessageRequest.encode({ mailboxId: 42, maxBytes: undefined }).finish()).subarray(0, 6));
    const send = beginCall(session, SEND);
    send.write(frame(SendMessageRequest.encode({ mailboxId: 42, data: Buffer.alloc(1000) }).finish()).subarray(0, 500));
    await api.get(42);
    receive.close(8);
    send.close(8);
    await Promise.all([once(receive, 'close'), once(send, 'close')]);
    session.destroy();
    expect(await api.drain(42)).toEqual(['kept']);
  });

  it('with its deadline passed before it ran takes no message', async () => {
    await api.send(42, 'kept');
    const session = await http2Connection({ path: services[0]!.socketPath! });
    const stream = beginCall(session, RECEIVE, { 'grpc-timeout': '0m' });
    stream.end(frame(ReceiveMessageRequest.encode({ mailboxId: 42, maxBytes: undefined }).finish()));
    const { 'grpc-status': code } = await answer(stream);
    expect(Number(code)).toBe(status.DEADLINE_EXCEEDED);
    session.destroy();
    expect(await api.drain(42)).toEqual(['kept']);
  });

  it('with its deadline passed is told so', async () => {
    expect(await told(api.receive(42, undefined, { deadline: Date.now() - 1 }))).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('either ran whole or not at all: every message is in the mailbox or was handed out', async () => {
    const texts = numbered(400);
    await Promise.all(texts.map((text) => api.send(42, text)));
    const before = await api.get(42);
    expect(before.messageCount).toBe(400n);
    const handedOut = await Promise.all(
      texts.map(
        (_, i) =>
          new Promise<string | undefined>((resolve) => {
            const call = api.mailbox.receiveMessage({ mailboxId: 42 }, (error, value) =>
              resolve(error === null ? value.message?.data.toString() : undefined),
            );
            if (i % 2 === 0) setTimeout(() => call.cancel(), i / 20);
          }),
      ),
    );
    const left = await api.drain(42);
    const known = [...handedOut.filter((text) => text !== undefined), ...left];
    // A cancelled call may have run and lost its answer on the way; none may be answered twice.
    expect(new Set(known).size).toBe(known.length);
    expect(known.every((text) => texts.includes(text))).toBe(true);
    expect(known.length).toBeGreaterThanOrEqual(200);
    expect(left).toEqual([...left].sort((a, b) => Number(a) - Number(b)));
    expect(await api.receive(42)).toBeUndefined();
  });

  it('leaves the service in order', async () => {
    for (let i = 0; i < 50; i++) {
      const calls = numbered(20).map((text) =>
        api.mailbox.sendMessage({ mailboxId: 42, data: Buffer.from(text) }, () => undefined),
      );
      for (const call of calls) call.cancel();
    }
    await api.send(42, 'last');
    expect((await api.drain(42)).at(-1)).toBe('last');
    expect(await api.healthOf()).toBe('SERVING');
  });
});
