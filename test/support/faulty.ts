import { once } from 'node:events';
import { createServer as createHttp2Server, constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP server of the test's own, on a loopback port the system chose. */
export interface TestServer {
  readonly address: string;
  /** Connections it was given so far. */
  readonly connections: number;
  /** Ends it and its connections; may be called twice. */
  close(): Promise<void>;
}

/** Accepts connections and hands each to `serve`. */
export async function startTcpServer(serve: (socket: Socket) => void = () => undefined): Promise<TestServer> {
  return await listen(
    createServer((socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    }),
  );
}

/** An HTTP/2 server that answers each gRPC call with `answer`. */
export async function startHttp2Server(answer: (stream: ServerHttp2Stream) => void): Promise<TestServer> {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  return await listen(server);
}

/** Ends a call with OK and an empty message. */
export function answerOk(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.alloc(5));
}

/** What a server says of a call that it hasn't looked at. */
export function refuse(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_REFUSED_STREAM);
}

/** A proxy in front of a service that can hold answers back and break connections. */
export interface Proxy extends TestServer {
  /** From now on nothing that the service says arrives. */
  holdAnswers(): void;
  /** Breaks all connections; later ones work again. */
  breakConnections(): void;
}

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const pairs = new Set<{ client: Socket; service: Socket }>();
  const server = await startTcpServer((client) => {
    const service = connect(target);
    const pair = { client, service };
    pairs.add(pair);
    service.on('error', () => undefined).pipe(client);
    client.pipe(service);
    service.on('close', () => client.destroy());
    client.on('close', () => {
      service.destroy();
      pairs.delete(pair);
    });
  });
  const breakConnections = (): void => {
    for (const { client } of pairs) client.resetAndDestroy();
  };
  return {
    address: server.address,
    get connections() {
      return server.connections;
    },
    holdAnswers() {
      for (const { client, service } of pairs) service.unpipe(client).resume();
    },
    breakConnections,
    close: () => server.close(),
  };
}

async function listen(server: Server | Http2Server): Promise<TestServer> {
  const open = new Set<Socket>();
  let connections = 0;
  let closed: Promise<unknown> | undefined;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close');
        server.close();
      }
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
