import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  AlreadyExistsError,
  DeadlineExceededError,
  InvalidArgumentError,
  MailboxNotFoundError,
  MessageTooLargeError,
  NotInitializedError,
  NotPermittedError,
  ResourceExhaustedError,
  SlmbxClient,
  type SlmbxClientOptions,
  SlmbxRpcError,
  UnavailableError,
} from '../src/client';
import { VERSION } from '../src/package-info';
import { behindTheService } from './support/api';
import { type Engine, ENGINE, SCALE, startEngine } from './support/engine';
import { answerOk, refuse, startHttp2Server, startProxy, startTcpServer } from './support/faulty';
import { cleanEnvironment, type Service, startService } from './support/service';
import { itAsRoot, NOBODY } from './support/uids';

const ROOT = resolve(__dirname, '..');
const MIB = 1024 * 1024;
const LIMIT = SCALE.maxMessage;
const BOX = 42;

const open: { close(): Promise<void> }[] = [];

/** The end of the test closes it, however the test ends. */
function passing<T extends { close(): Promise<void> }>(it: T): T {
  open.push(it);
  return it;
}

function connect(options: SlmbxClientOptions): SlmbxClient {
  return passing(new SlmbxClient(options));
}

/** An engine or service that ends with the test. */
function stopping<T extends { stop(): Promise<void> }>(it: T): T {
  open.push({ close: () => it.stop() });
  return it;
}

afterEach(async () => {
  // All at once: a client waits for its calls, which end with their server.
  await Promise.all(open.splice(0).map((it) => it.close()));
});

/** What the promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  const result = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in result) return result.error as Error;
  throw new Error(`resolved with ${String(result.value)}`);
}

async function rpcError(promise: Promise<unknown>): Promise<SlmbxRpcError> {
  const error = await rejection(promise);
  if (error instanceof SlmbxRpcError) return error;
  throw error;
}

async function rpcErrors(promises: Promise<unknown>[]): Promise<SlmbxRpcError[]> {
  return await Promise.all(promises.map(rpcError));
}

async function texts(client: SlmbxClient, id: number): Promise<string[]> {
  const all: string[] = [];
  for (let message = await client.receive(id); message !== undefined; message = await client.receive(id)) {
    all.push(message.data.toString());
  }
  return all;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 10_000 * SCALE.patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it never came about');
    await delay(10);
  }
}

describe('with a service', () => {
  let engine: Engine;
  let service: Service;
  let client: SlmbxClient;

  beforeAll(async () => {
    engine = await startEngine();
    service = await startService({ engine });
  });

  afterAll(async () => {
    await service?.stop();
    await engine?.stop();
  });

  beforeEach(async () => {
    client = connect({ address: service.unix, retry: false });
    await client.initialize();
  });

  afterEach(async () => {
    await client.shutdown().catch((error: unknown) => {
      if (!(error instanceof NotInitializedError)) throw error;
    });
  });

  describe.each(['unix', 'tcp'] as const)('over %s', (listener) => {
    it('makes every call', async () => {
      const other = connect({ address: service[listener] });
      expect(await other.getSystem()).toEqual({ engine: ENGINE, initialized: true, version: VERSION });
      await other.createMailbox(BOX, { protected: true });
      const uid = process.getuid?.();
      const empty = { id: BOX, messageCount: 0n, byteCount: 0n, headLength: undefined, protected: true, ownerUid: uid };
      expect(await other.getMailbox(BOX)).toMatchObject(empty);
      await other.send(BOX, 'grüße');
      await other.send(BOX, new Uint8Array([0, 255]));
      expect(await other.getMailbox(BOX)).toMatchObject({ ...empty, messageCount: 2n, byteCount: 9n, headLength: 7 });
      expect(await other.receive(BOX)).toEqual({ data: Buffer.from('grüße'), truncated: false });
      expect(await other.receive(BOX, { maxBytes: 1 })).toEqual({ data: Buffer.from([0]), truncated: true });
      expect(await other.receive(BOX)).toBeUndefined();
      await other.deleteMailbox(BOX);
      await other.shutdown();
      expect(await other.getSystem()).toMatchObject({ initialized: false });
      await other.initialize({ maxPointers: 4294967295, inverseProbability: 16 });
      expect(await other.getSystem()).toMatchObject({ initialized: true });
    });
  });

  it('tells an empty message from none, and takes none of a message', async () => {
    await client.createMailbox(BOX);
    await client.send(BOX, '');
    expect(await client.receive(BOX)).toEqual({ data: Buffer.alloc(0), truncated: false });
    await client.send(BOX, 'gone');
    expect(await client.receive(BOX, { maxBytes: 0 })).toEqual({ data: Buffer.alloc(0), truncated: true });
    expect(await client.receive(BOX)).toBeUndefined();
  });

  it('carries any bytes, of a view as of a whole', async () => {
    const memory = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
    await client.createMailbox(BOX);
    await client.send(BOX, memory.subarray(100, 900));
    expect((await client.receive(BOX))?.data).toEqual(memory.subarray(100, 900));
  });

  it(`carries ${LIMIT / MIB} MiB`, async () => {
    const data = Buffer.alloc(LIMIT, 'slmbx\0');
    await client.createMailbox(BOX);
    await client.send(BOX, data);
    expect(await client.getMailbox(BOX)).toMatchObject({ messageCount: 1n, headLength: LIMIT });
    const message = await client.receive(BOX);
    expect(message?.truncated).toBe(false);
    // Not toEqual: jest would take minutes to tell them apart.
    expect(message?.data.equals(data)).toBe(true);
  });

  it(`carries ${SCALE.calls} messages at once, each of them once`, async () => {
    await client.createMailbox(BOX);
    const sent = Array.from({ length: SCALE.calls }, (_, i) => `message ${i}`);
    await Promise.all(sent.map((text) => client.send(BOX, text)));
    expect((await client.getMailbox(BOX)).messageCount).toBe(BigInt(SCALE.calls));
    const received = await Promise.all(sent.map(() => client.receive(BOX)));
    expect(received.map((message) => message?.data.toString()).sort()).toEqual([...sent].sort());
    expect(await client.receive(BOX)).toBeUndefined();
  });

  describe('refuses what makes no sense, and sends nothing', () => {
    const ids = [0, -1, 1.5, 4294967295, 4294967296, NaN];
    const wrong = ['x', '42', undefined, null, 42n] as unknown as number[];
    const calls: [string, (client: SlmbxClient, id: number) => Promise<unknown>][] = [
      ['createMailbox', (c, id) => c.createMailbox(id)],
      ['getMailbox', (c, id) => c.getMailbox(id)],
      ['deleteMailbox', (c, id) => c.deleteMailbox(id)],
      ['send', (c, id) => c.send(id, 'x')],
      ['receive', (c, id) => c.receive(id)],
    ];

    it.each(calls)('as id of %s', async (_name, call) => {
      const server = passing(await startTcpServer());
      const lonely = connect({ address: server.address });
      for (const id of ids) expect(await rejection(call(lonely, id))).toBeInstanceOf(RangeError);
      for (const id of wrong) expect(await rejection(call(lonely, id))).toBeInstanceOf(TypeError);
      expect(server.connections).toBe(0);
    });

    it('elsewhere', async () => {
      const server = passing(await startTcpServer());
      const lonely = connect({ address: server.address, maxMessageBytes: 3 });
      const bad = null as unknown;
      const tooLong = await rejection(lonely.send(BOX, 'four'));
      expect(tooLong).toBeInstanceOf(MessageTooLargeError);
      expect(tooLong).toMatchObject({ length: 4, maxMessageBytes: 3 });
      expect(await rejection(lonely.send(BOX, bad as string))).toBeInstanceOf(TypeError);
      expect(await rejection(lonely.receive(BOX, { maxBytes: -1 }))).toBeInstanceOf(RangeError);
      expect(await rejection(lonely.receive(BOX, { maxBytes: 2 ** 32 }))).toBeInstanceOf(RangeError);
      expect(await rejection(lonely.createMailbox(BOX, { protected: 'yes' as unknown as boolean }))).toBeInstanceOf(
        TypeError,
      );
      expect(await rejection(lonely.initialize({ maxPointers: 0 }))).toBeInstanceOf(RangeError);
      expect(await rejection(lonely.initialize({ inverseProbability: 3 }))).toBeInstanceOf(RangeError);
      expect(await rejection(lonely.getSystem({ deadlineMs: 0 }))).toBeInstanceOf(RangeError);
      expect(await rejection(lonely.getSystem({ signal: bad as AbortSignal }))).toBeInstanceOf(TypeError);
      expect(server.connections).toBe(0);
      expect(() => new SlmbxClient({ address: 'localhost' })).toThrow(TypeError);
      expect(() => new SlmbxClient({ deadlineMs: -1 })).toThrow(RangeError);
    });
  });

  describe('names its errors', () => {
    it('MailboxNotFoundError', async () => {
      for (const error of await rpcErrors([
        client.getMailbox(1),
        client.deleteMailbox(1),
        client.send(1, 'x'),
        client.receive(1),
      ])) {
        expect(error).toBeInstanceOf(MailboxNotFoundError);
        expect(error).toMatchObject({
          name: 'MailboxNotFoundError',
          message: 'There is no mailbox 1.',
          code: 'NOT_FOUND',
          reason: 'MAILBOX_NOT_FOUND',
          errno: 'ENOENT',
          fieldViolations: [],
          mayHaveTakenEffect: false,
        });
        expect(error.metadata).toMatchObject({ mailbox_id: '1' });
      }
      expect((await rpcError(client.getMailbox(1))).method).toBe('GetMailbox');
    });

    it('AlreadyExistsError', async () => {
      await client.createMailbox(BOX);
      await client.send(BOX, 'kept');
      expect(await rpcError(client.createMailbox(BOX, { protected: true }))).toBeInstanceOf(AlreadyExistsError);
      expect(await rpcError(client.initialize())).toMatchObject({ name: 'AlreadyExistsError', errno: 'EEXIST' });
      expect(await client.getMailbox(BOX)).toMatchObject({ protected: false, messageCount: 1n });
    });

    it('NotInitializedError', async () => {
      await client.shutdown();
      for (const error of await rpcErrors([
        client.createMailbox(1),
        client.getMailbox(1),
        client.send(1, 'x'),
        client.shutdown(),
      ])) {
        expect(error).toBeInstanceOf(NotInitializedError);
        expect(error).toMatchObject({ code: 'FAILED_PRECONDITION', errno: 'ENODEV' });
      }
    });

    itAsRoot('NotPermittedError', async () => {
      await behindTheService(engine, `slmbx.create(${BOX}, true, { uid: ${NOBODY} })`);
      const calls = [client.getMailbox(BOX), client.deleteMailbox(BOX), client.send(BOX, 'x'), client.receive(BOX)];
      for (const error of await rpcErrors(calls)) {
        expect(error).toBeInstanceOf(NotPermittedError);
        expect(error).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'NOT_PERMITTED', errno: 'EPERM' });
      }
    });

    it('InvalidArgumentError, with the field', async () => {
      await client.createMailbox(BOX);
      await client.send(BOX, 'kept');
      const error = await rpcError(client.receive(BOX, { maxBytes: 4294967295 }));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION_FAILED', errno: undefined });
      expect(error.fieldViolations.map(({ field }) => field)).toEqual(['max_bytes']);
      expect(error.fieldViolations[0]?.description).not.toBe('');
      expect(await texts(client, BOX)).toEqual(['kept']);
    });

    it('ResourceExhaustedError for what the service finds too long', async () => {
      const generous = connect({ address: service.unix, maxMessageBytes: 4294967295 });
      await client.createMailbox(BOX);
      for (const length of [LIMIT + 1, LIMIT + MIB / 4, 1.25 * LIMIT]) {
        const error = await rpcError(generous.send(BOX, Buffer.alloc(length)));
        expect(error.constructor).toBe(ResourceExhaustedError);
        expect(error.mayHaveTakenEffect).toBe(false);
      }
      expect((await client.getMailbox(BOX)).messageCount).toBe(0n);
      const byDefault = await rejection(client.send(BOX, Buffer.alloc(64 * MIB + 1)));
      expect(byDefault).toBeInstanceOf(MessageTooLargeError);
    });

    it('plain SlmbxRpcError for the rest', async () => {
      const stranger = passing(
        await startHttp2Server((stream) => {
          stream.respond(
            { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
            { endStream: true },
          );
        }),
      );
      const error = await rpcError(connect({ address: stranger.address }).send(BOX, 'x'));
      expect(error.constructor).toBe(SlmbxRpcError);
      expect(error).toMatchObject({ code: 'UNIMPLEMENTED', reason: undefined, mayHaveTakenEffect: false });
    });
  });

  it('repeats a look after a broken connection', async () => {
    const proxy = passing(await startProxy({ host: '127.0.0.1', port: service.port }));
    const remote = connect({ address: proxy.address, retry: { initialDelayMs: 1 } });
    await client.createMailbox(BOX);
    await remote.getMailbox(BOX);
    proxy.holdAnswers();
    const looks = [remote.getMailbox(BOX), remote.getSystem()] as const;
    await delay(100);
    proxy.breakConnections();
    expect(await looks[0]).toMatchObject({ id: BOX });
    expect(await looks[1]).toMatchObject({ engine: ENGINE });
    expect(proxy.connections).toBeGreaterThan(1);
  });

  describe('never repeats what may have been carried out', () => {
    async function brokenAfter(
      begin: (remote: SlmbxClient) => Promise<unknown>,
      carriedOut: () => Promise<boolean>,
    ): Promise<SlmbxRpcError> {
      const proxy = passing(await startProxy({ host: '127.0.0.1', port: service.port }));
      const remote = connect({ address: proxy.address, retry: { initialDelayMs: 1, maxAttempts: 20 } });
      await remote.getSystem();
      proxy.holdAnswers();
      const failure = rpcError(begin(remote));
      await until(carriedOut);
      proxy.breakConnections();
      const error = await failure;
      // As long as twenty tries would take and more.
      await delay(300);
      return error;
    }
    const doubt = { code: 'UNAVAILABLE', name: 'UnavailableError', reason: undefined, mayHaveTakenEffect: true };

    it('send', async () => {
      await client.createMailbox(BOX);
      const count = async (): Promise<bigint> => (await client.getMailbox(BOX)).messageCount;
      const error = await brokenAfter(
        (remote) => remote.send(BOX, 'once'),
        async () => (await count()) > 0n,
      );
      expect(error).toMatchObject(doubt);
      expect(await texts(client, BOX)).toEqual(['once']);
    });

    it('receive: the message is gone, the next one stays', async () => {
      await client.createMailbox(BOX);
      await client.send(BOX, 'lost');
      await client.send(BOX, 'next');
      const error = await brokenAfter(
        (remote) => remote.receive(BOX),
        async () => (await client.getMailbox(BOX)).messageCount < 2n,
      );
      expect(error).toMatchObject(doubt);
      expect(await texts(client, BOX)).toEqual(['next']);
    });

    it('createMailbox', async () => {
      const there = async (): Promise<boolean> =>
        await client.getMailbox(BOX).then(
          () => true,
          () => false,
        );
      expect(await brokenAfter((remote) => remote.createMailbox(BOX), there)).toMatchObject(doubt);
      expect(await there()).toBe(true);
    });

    it("deleteMailbox: another's mailbox of the same id stays", async () => {
      await client.createMailbox(BOX);
      const error = await brokenAfter(
        (remote) => remote.deleteMailbox(BOX),
        async () =>
          await client.createMailbox(BOX).then(
            () => true,
            () => false,
          ),
      );
      expect(error).toMatchObject(doubt);
      expect(await client.getMailbox(BOX)).toMatchObject({ id: BOX });
    });

    it('shutdown: what was initialized since stays', async () => {
      const error = await brokenAfter(
        (remote) => remote.shutdown(),
        async () =>
          await client.initialize().then(
            () => true,
            () => false,
          ),
      );
      expect(error).toMatchObject(doubt);
      expect(await client.getSystem()).toMatchObject({ initialized: true });
    });
  });

  it('says that a call past its deadline may have been carried out', async () => {
    const proxy = passing(await startProxy({ host: '127.0.0.1', port: service.port }));
    const remote = connect({ address: proxy.address });
    await client.createMailbox(BOX);
    await remote.getSystem();
    proxy.holdAnswers();
    const error = await rpcError(remote.send(BOX, 'there', { deadlineMs: 300 }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error.mayHaveTakenEffect).toBe(true);
    expect((await rpcError(remote.getMailbox(BOX, { deadlineMs: 300 }))).mayHaveTakenEffect).toBe(false);
    expect(await texts(client, BOX)).toEqual(['there']);
  });

  it('lets calls under way finish before it closes', async () => {
    await client.createMailbox(BOX);
    const closing = connect({ address: service.unix });
    const sends = Array.from({ length: 100 }, (_, i) => closing.send(BOX, String(i)));
    const closed = closing.close();
    expect((await rejection(closing.send(BOX, 'late'))).message).toBe('the client is closed');
    await Promise.all(sends);
    await closed;
    await closing.close();
    await closing[Symbol.asyncDispose]();
    expect((await client.getMailbox(BOX)).messageCount).toBe(100n);
  });

  describe('as the package exports it', () => {
    async function script(type: 'commonjs' | 'module', source: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
      const { stdout } = await promisify(execFile)(process.execPath, [`--input-type=${type}`, '-e', source], {
        cwd: ROOT,
        env: { ...cleanEnvironment(), SLMBX_ADDRESS: service.unix, ...env },
        timeout: 20_000 * SCALE.patience,
      });
      return stdout;
    }

    it('is there for import and for require', async () => {
      const use = `const client = new SlmbxClient(); const { version } = await client.getSystem(); console.log(version);`;
      expect(await script('module', `import { SlmbxClient, UnavailableError } from 'slmbx/client'; ${use}`)).toBe(
        `${VERSION}\n`,
      );
      const required = `const { SlmbxClient } = require('slmbx/client'); void (async () => { ${use} })();`;
      expect(await script('commonjs', required)).toBe(`${VERSION}\n`);
    });

    it('keeps no process alive, and carries no server with it', async () => {
      const source = `
        const { SlmbxClient } = require('slmbx/client');
        new SlmbxClient().getSystem().then(() => console.log(Object.keys(require.cache).join('\\n')));`;
      const loaded = (await script('commonjs', source)).trim().split('\n');
      expect(loaded.some((file) => file.endsWith('/dist/client/index.js'))).toBe(true);
      expect(loaded.filter((file) => /@nestjs|reflect-metadata|rxjs|\/dist\/modules\/|bindings/.test(file))).toEqual(
        [],
      );
    });

    it('heeds no proxy of the environment', async () => {
      const proxy = 'http://127.0.0.1:9';
      const source = `import { SlmbxClient } from 'slmbx/client'; console.log((await new SlmbxClient().getSystem()).engine);`;
      const env = { SLMBX_ADDRESS: service.tcp, http_proxy: proxy, https_proxy: proxy, grpc_proxy: proxy };
      expect(await script('module', source, env)).toBe(`${ENGINE}\n`);
    });
  });
});

describe('while services come and go', () => {
  it('waits for one that is being restarted, and sends each message once', async () => {
    const engine = stopping(await startEngine());
    let service = stopping(await startService({ engine }));
    const { port } = service;
    const client = connect({ address: service.tcp, deadlineMs: 20_000, retry: { maxAttempts: 100 } });
    await client.initialize();
    await client.createMailbox(BOX);
    await client.send(BOX, 'before');
    await service.kill();
    // The connection is known to be gone only once a call has found out.
    await until(async () => (await rejection(client.send(BOX, 'x', { deadlineMs: 1 }))) instanceof UnavailableError);
    const sends = Array.from({ length: 20 }, (_, i) => client.send(BOX, `during ${i}`));
    await delay(100);
    service = stopping(await startService({ engine, port }));
    await Promise.all(sends);
    const received = await texts(client, BOX);
    expect(received.shift()).toBe('before');
    expect(received.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `during ${i}`).sort());
  });
});

describe('without a service', () => {
  /** An address at which nobody listens. */
  async function nowhere(): Promise<string> {
    const { address, close } = await startTcpServer();
    await close();
    return address;
  }

  it('fails at once if it may not retry', async () => {
    const address = await nowhere();
    const error = await rpcError(connect({ address, retry: false }).send(BOX, 'x'));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ reason: undefined, errno: undefined, mayHaveTakenEffect: false });
    expect(error.message).toBe(
      `The service at ${address} can't be reached: connect ECONNREFUSED ${address}. Start it, or give its address.`,
    );
    const socket = await rpcError(connect({ address: 'unix:/nonexistent/slmbx.sock', retry: false }).getSystem());
    expect(socket.message).toContain('connect ENOENT /nonexistent/slmbx.sock');
    expect(await rpcError(connect({ address: 'nohost.invalid:1', retry: false }).send(BOX, 'x'))).toMatchObject({
      name: 'UnavailableError',
      mayHaveTakenEffect: false,
    });
  });

  it('fails once its tries are used up, and not before', async () => {
    let calls = 0;
    const server = passing(
      await startHttp2Server((stream) => {
        calls += 1;
        refuse(stream);
      }),
    );
    const client = connect({ address: server.address, retry: { maxAttempts: 3, initialDelayMs: 1 } });
    expect(await rpcError(client.send(BOX, 'x'))).toMatchObject({ code: 'UNAVAILABLE', mayHaveTakenEffect: false });
    // grpc-js itself repeats what is refused unread, once a try.
    expect(calls).toBe(6);
  });

  it('fails by its deadline with what was wrong, however many tries it has', async () => {
    const client = connect({ address: await nowhere(), deadlineMs: 400, retry: { maxAttempts: Infinity } });
    const start = performance.now();
    expect(await rpcError(client.send(BOX, 'x'))).toBeInstanceOf(UnavailableError);
    expect(performance.now() - start).toBeLessThan(8000 * SCALE.patience);
  });

  it('repeats a send that the server refused unread', async () => {
    let calls = 0;
    const server = passing(
      await startHttp2Server((stream) => {
        calls += 1;
        if (calls <= 4) refuse(stream);
        else answerOk(stream);
      }),
    );
    await connect({ address: server.address, retry: { initialDelayMs: 1 } }).send(BOX, 'x');
    expect(calls).toBe(5);
  });

  it("doesn't repeat a send that the server answered with UNAVAILABLE for no known reason", async () => {
    let calls = 0;
    const server = passing(
      await startHttp2Server((stream) => {
        calls += 1;
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' },
          { endStream: true },
        );
      }),
    );
    const client = connect({ address: server.address, retry: { initialDelayMs: 1 } });
    expect(await rpcError(client.send(BOX, 'x'))).toMatchObject({ code: 'UNAVAILABLE', mayHaveTakenEffect: true });
    expect(calls).toBe(1);
    expect(await rpcError(client.getSystem())).toMatchObject({ code: 'UNAVAILABLE', mayHaveTakenEffect: false });
    expect(calls).toBe(9);
  });

  it.each([
    ['hangs up', (socket: { destroy(): void }) => socket.destroy()],
    ['speaks HTTP/1.1', (socket: { end(text: string): void }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('fails as UNAVAILABLE on a server that %s', async (_what, serve) => {
    const server = passing(await startTcpServer(serve));
    const error = await rpcError(connect({ address: server.address, retry: false }).send(BOX, 'x'));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.mayHaveTakenEffect).toBe(false);
  });

  it('waits for no answer longer than the deadline, of the client or of the call', async () => {
    const server = passing(await startTcpServer());
    const client = connect({ address: server.address, deadlineMs: 200 });
    const start = performance.now();
    const error = await rpcError(client.receive(BOX));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error.message).toBe(`No answer came from the service at ${server.address} before the deadline.`);
    expect(performance.now() - start).toBeGreaterThan(150);
    expect(await rpcError(client.getSystem({ deadlineMs: 20 }))).toBeInstanceOf(DeadlineExceededError);
    expect(performance.now() - start).toBeLessThan(8000 * SCALE.patience);
  });

  describe('aborted', () => {
    it('before it begins, sends nothing and rejects with the reason', async () => {
      const server = passing(await startTcpServer());
      const client = connect({ address: server.address });
      const reason = new Error('no more');
      expect(await rejection(client.send(BOX, 'x', { signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect((await rejection(client.getSystem({ signal: AbortSignal.abort() }))).name).toBe('AbortError');
      expect(server.connections).toBe(0);
    });

    it('under way, rejects at once with the reason', async () => {
      let calls = 0;
      let cancelled = 0;
      const server = passing(
        await startHttp2Server((stream) => {
          calls += 1;
          stream.on('aborted', () => (cancelled += 1));
        }),
      );
      const client = connect({ address: server.address });
      for (const reason of [undefined, new Error('no more'), 'a string']) {
        const controller = new AbortController();
        const failure = rejection(client.receive(BOX, { signal: controller.signal }));
        const seen = calls;
        await until(() => calls > seen);
        controller.abort(reason);
        const error = await failure;
        expect(error).toBe(controller.signal.reason);
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      }
      // The server hears of it too.
      await until(() => cancelled === 3);
    });

    it('by a timeout, rejects with the TimeoutError of the signal', async () => {
      const server = passing(await startTcpServer());
      const client = connect({ address: server.address });
      expect((await rejection(client.getSystem({ signal: AbortSignal.timeout(50) }))).name).toBe('TimeoutError');
    });

    it('between two tries, rejects at once', async () => {
      const client = connect({ address: await nowhere(), retry: { initialDelayMs: 60_000, maxDelayMs: 60_000 } });
      const controller = new AbortController();
      const failure = rejection(client.getSystem({ signal: controller.signal, deadlineMs: Infinity }));
      await delay(200);
      const reason = new Error('no more');
      controller.abort(reason);
      expect(await failure).toBe(reason);
    });

    it('leaves no listener behind', async () => {
      const server = passing(await startHttp2Server(answerOk));
      const client = connect({ address: server.address });
      const { signal } = new AbortController();
      const warnings: Error[] = [];
      const collect = (warning: Error): void => void warnings.push(warning);
      process.on('warning', collect);
      await Promise.all(Array.from({ length: 20 }, () => client.send(BOX, 'x', { signal })));
      await delay(10);
      process.off('warning', collect);
      expect(warnings).toEqual([]);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });
});
