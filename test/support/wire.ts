import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { SCALE } from './engine';

/** Where a Unix socket or a TCP port is. */
export type Place = { path: string } | { host: string; port: number };

/** A connection of its own without a protocol. */
export async function rawConnection(place: Place): Promise<Socket> {
  const socket = connect(place);
  await once(socket, 'connect');
  return socket;
}

/** Resolves once the other end has closed; fails after `ms`. */
export async function closed(socket: Socket, ms: number): Promise<void> {
  socket.resume().on('error', () => undefined);
  if (socket.destroyed || socket.readableEnded) return;
  const signal = AbortSignal.timeout(ms * SCALE.patience);
  await Promise.race([once(socket, 'end', { signal }), once(socket, 'close', { signal })]);
}

/** An HTTP/2 connection of its own. */
export async function http2Connection(place: Place): Promise<ClientHttp2Session> {
  const session = connectHttp2('http://localhost', {
    createConnection: () => connect(place),
    // What is too much is for the server to say.
    maxSendHeaderBlockLength: 16 * 1024 * 1024,
  });
  session.on('error', () => undefined);
  // The server's settings are the first it sends.
  await once(session, 'remoteSettings');
  return session;
}

/** Starts a gRPC call by hand; its body is the caller's. */
export function beginCall(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => undefined);
  return stream;
}

/** A message as gRPC frames it; `length` is what the frame claims. */
export function frame(message: Uint8Array, length = message.byteLength): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

/** Headers and trailers of the answer in one, once the call has ended, in whatever way. */
export async function answer(stream: ClientHttp2Stream): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  const collect = (headers: object): void => {
    Object.assign(all, headers);
  };
  stream.on('response', collect);
  stream.on('trailers', collect);
  stream.resume();
  const timeout = setTimeout(() => stream.destroy(new Error('no answer')), 20_000 * SCALE.patience);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timeout);
  return all;
}
