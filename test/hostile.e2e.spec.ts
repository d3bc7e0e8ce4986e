import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { MailboxServiceService, SendMessageRequest } from '../src/generated/slmbx/v1/mailbox';
import { Api } from './support/api';
import { type Engine, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { answer, beginCall, closed, frame, http2Connection, type Place, rawConnection } from './support/wire';

const SEND = MailboxServiceService.sendMessage.path;
const MAILBOX = 42;
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

let engine: Engine;
let service: Service;
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.unix);
  await api.initialize();
  await api.create(MAILBOX);
});

afterAll(() => stopAll(api, service, engine));

// Whatever a client does, the others are served and the mailbox holds what was sent in good order.
afterEach(async () => {
  await api.send(MAILBOX, 'fine');
  expect(await api.drain(MAILBOX)).toEqual(['fine']);
  expect(service.log().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});

const places = (): [string, Place][] => [
  ['tcp', { host: '127.0.0.1', port: service.port }],
  ['unix', { path: service.socketPath! }],
];

it('ends a connection that speaks something else', async () => {
  const talk = [
    Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'),
    Buffer.alloc(4096),
    randomBytes(65536),
    Buffer.concat([HTTP2_PREFACE, randomBytes(4096)]),
    Buffer.concat([HTTP2_PREFACE, Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])]),
  ];
  for (const [, place] of places()) {
    for (const bytes of talk) {
      const socket = await rawConnection(place);
      const gone = closed(socket, 20_000);
      socket.write(bytes);
      await gone;
      socket.destroy();
    }
  }
});

it('bears connections that send nothing, half a preface, or go without a word', async () => {
  for (const [name, place] of places()) {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => rawConnection(place)));
    sockets.forEach((socket, i) => {
      socket.on('error', () => undefined);
      if (i % 3 === 0) socket.write(HTTP2_PREFACE.subarray(0, 10));
      // A Unix socket knows no reset.
      if (i % 3 === 1 && name === 'tcp') socket.resetAndDestroy();
    });
    await api.get(MAILBOX);
    for (const socket of sockets) socket.destroy();
  }
});

it('bears calls that begin and never go on', async () => {
  const session = await http2Connection({ path: service.socketPath! });
  const whole = frame(SendMessageRequest.encode({ mailboxId: MAILBOX, data: Buffer.alloc(1000) }).finish());
  const streams = Array.from({ length: 500 }, (_, i) => {
    const stream = beginCall(session, SEND);
    stream.write(whole.subarray(0, i));
    return stream;
  });
  expect((await api.get(MAILBOX)).messageCount).toBe(0n);
  session.destroy();
  await Promise.all(streams.filter((stream) => !stream.closed).map((stream) => once(stream, 'close')));
});

describe('a call by hand', () => {
  async function call(
    path: string,
    body: Buffer,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const session = await http2Connection({ host: '127.0.0.1', port: service.port });
    const stream = beginCall(session, path, headers);
    stream.end(body);
    const result = await answer(stream);
    session.destroy();
    return result;
  }

  it.each([
    ['that is no protobuf', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['whose field is cut off', Buffer.from([0x12, 0x7f, 1, 2])],
    ['of the wrong wire type', Buffer.from([0x15, 1])],
  ])('with a request %s is INTERNAL', async (_what, body) => {
    const { 'grpc-status': code, 'grpc-message': message } = await call(SEND, frame(body));
    expect(Number(code)).toBe(status.INTERNAL);
    expect(decodeURI(String(message))).toBe('Error deserializing request');
  });

  it('with fields the API lacks is served as if they were not there', async () => {
    const known = SendMessageRequest.encode({ mailboxId: MAILBOX, data: Buffer.from('x') }).finish();
    const unknown = Buffer.from([0xfa, 0x3f, 3, 1, 2, 3]);
    expect(await call(SEND, frame(Buffer.concat([known, unknown])))).toMatchObject({ 'grpc-status': '0' });
    expect(await api.drain(MAILBOX)).toEqual(['x']);
  });

  it('with two requests is refused and queues neither', async () => {
    const one = frame(SendMessageRequest.encode({ mailboxId: MAILBOX, data: Buffer.from('x') }).finish());
    expect(await call(SEND, Buffer.concat([one, one]))).not.toMatchObject({ 'grpc-status': '0' });
  });

  it('without a request is refused', async () => {
    expect(await call(SEND, Buffer.alloc(0))).not.toMatchObject({ 'grpc-status': '0' });
  });

  it('whose frame claims 4 GiB is RESOURCE_EXHAUSTED at once', async () => {
    const { 'grpc-status': code } = await call(SEND, frame(Buffer.alloc(10), 0xffff_ffff));
    expect(Number(code)).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('compressed as nobody knows is UNIMPLEMENTED', async () => {
    const body = frame(Buffer.from([8, 42]));
    body[0] = 1;
    const { 'grpc-status': code } = await call(SEND, body, { 'grpc-encoding': 'br' });
    expect(Number(code)).toBe(status.UNIMPLEMENTED);
  });

  it.each(['/slmbx.v1.MailboxService/Nothing', '/slmbx.v1.Nothing/SendMessage', '/', '/__proto__/constructor'])(
    'to %s is UNIMPLEMENTED',
    async (path) => {
      expect(Number((await call(path, frame(Buffer.alloc(0))))['grpc-status'])).toBe(status.UNIMPLEMENTED);
    },
  );

  it('that is no gRPC is refused', async () => {
    const result = await call(SEND, Buffer.from('{}'), { 'content-type': 'application/json' });
    expect(result[':status']).toBe(415);
  });

  it('with more headers than a server should keep is refused', async () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'v'.repeat(4000)]));
    const session = await http2Connection({ host: '127.0.0.1', port: service.port });
    const stream = beginCall(session, SEND, headers);
    stream.end(frame(SendMessageRequest.encode({ mailboxId: MAILBOX, data: Buffer.from('x') }).finish()));
    expect(await answer(stream)).not.toMatchObject({ 'grpc-status': '0' });
    session.destroy();
  });
});

it('holds a connection to 1024 calls at a time', async () => {
  const session = await http2Connection({ path: service.socketPath! });
  expect(session.remoteSettings.maxConcurrentStreams).toBe(1024);
  session.destroy();
});
