import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../src/package-info';
import { Api } from './support/api';
import { type Engine, ENGINE, startEngine } from './support/engine';
import { listeningPorts } from './support/ports';
import { runService, type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slmbx-config-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** A start with nothing of the machine's own in reach. */
function start(args: readonly string[], env: Record<string, string> = {}): ReturnType<typeof runService> {
  return runService(args, {
    SLMBX_RUNTIME_DIR: directory,
    SLMBX_SOCKET: join(directory, 'slmbxd.sock'),
    SLMBX_PORT: '0',
    ...env,
  });
}

/** The start ends in exit code 1 and exactly this sentence. */
async function refuses(sentence: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  expect(await start(args, env)).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: `slmbx-service: ${sentence}\n`,
  });
}

describe('a bad setting is one sentence', () => {
  const port = 'must be a whole number from 0 to 65535, or "off"';
  const bytes = 'must be a whole number of bytes from 1 to 1073741824';
  const ms = 'must be a whole number of milliseconds from 0 to 3600000';
  const levels = 'must be one of trace, debug, info, warn, error, fatal, silent';

  it.each([
    ['SLMBX_PORT', 'x', port],
    ['SLMBX_PORT', '65536', port],
    ['SLMBX_PORT', '-1', port],
    ['SLMBX_PORT', '1.5', port],
    ['SLMBX_PORT', '0x10', port],
    ['SLMBX_PORT', '1e3', port],
    ['SLMBX_PORT', ' 5', port],
    ['SLMBX_MAX_MESSAGE_BYTES', '0', bytes],
    ['SLMBX_MAX_MESSAGE_BYTES', '1073741825', bytes],
    ['SLMBX_MAX_MESSAGE_BYTES', '64MiB', bytes],
    ['SLMBX_SHUTDOWN_TIMEOUT_MS', 'soon', ms],
    ['SLMBX_SHUTDOWN_TIMEOUT_MS', '3600001', ms],
    ['SLMBX_LOG_LEVEL', 'loud', levels],
    ['SLMBX_LOG_LEVEL', 'INFO', levels],
    ['SLMBX_ENGINE', 'kernel', 'must be one of auto, syscall, device, daemon'],
    ['SLMBX_HOST', 'a b', 'must be an IP address or a host name'],
    ['SLMBX_HOST', '127.0.0.1:80/x', 'must be an IP address or a host name'],
  ])('%s=%s', (name, value, reason) =>
    refuses(`${name} ${reason}, not ${JSON.stringify(value)}.`, [], { [name]: value }),
  );

  it('whether by variable or by flag', () => refuses(`--port ${port}, not "x".`, ['--port', 'x'], { SLMBX_PORT: '1' }));

  it.each([
    ['SLMBX_PROT', 'SLMBX_PROT is no setting, did you mean SLMBX_PORT?'],
    ['SLMBX_LOGLEVEL', 'SLMBX_LOGLEVEL is no setting, did you mean SLMBX_LOG_LEVEL?'],
    ['SLMBX_RUNTIME_DIT', 'SLMBX_RUNTIME_DIT is no setting, did you mean SLMBX_RUNTIME_DIR?'],
  ])('%s is a slip', (name, sentence) => refuses(sentence, [], { [name]: '1' }));

  it.each([
    [['--prot', '1'], '--prot is no setting, did you mean --port: see --help.'],
    [['--colour'], '--colour is no setting: see --help.'],
    [['-p', '1'], '-p is no setting: see --help.'],
    [['--port'], '--port needs a value: see --help.'],
    [['50051'], '"50051" is no flag: give settings as --name value, see --help.'],
  ])('%p', (args, sentence) => refuses(sentence, args));

  it('and does not wait until the service is loaded', async () => {
    const loads = async (...args: string[]): Promise<boolean> =>
      /\bserve\.js\b/.test((await start(args, { NODE_DEBUG: 'module' })).stderr);
    expect(await loads('--port', 'x')).toBe(false);
    expect(await loads('--host', '192.0.2.1')).toBe(false);
    expect(await loads('--unix', join(directory, 'missing', 'slmbx.sock'))).toBe(true);
  });

  it('nowhere to listen', () =>
    refuses('SLMBX_PORT and SLMBX_UNIX are both "off", so nobody could call the service: leave one of them on.', [], {
      SLMBX_PORT: 'off',
      SLMBX_UNIX: 'off',
    }));

  it('a path too long for a socket', async () => {
    const path = join(directory, 'x'.repeat(108));
    await refuses(
      `SLMBX_UNIX must be a path of at most 107 bytes, not ${JSON.stringify(`${path.slice(0, 80)}…`)}.`,
      [],
      {
        SLMBX_UNIX: path,
      },
    );
  });
});

describe('an address that is not loopback is refused', () => {
  const why =
    "isn't loopback, and every caller acts as the uid of this service, so only this machine may reach it: use 127.0.0.1, ::1 or localhost.";

  it.each(['0.0.0.0', '::', '192.0.2.1', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.1', '128.0.0.1', '[::]'])(
    '%s',
    async (host) => {
      const bare = host.replace(/[[\]]/g, '');
      await refuses(`SLMBX_HOST ${host === bare ? host : `${host} (${bare})`} ${why}`, [], { SLMBX_HOST: host });
    },
  );

  it('a name nobody knows', async () => {
    const { code, stderr } = await start(['--host', 'nowhere.invalid']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^slmbx-service: SLMBX_HOST nowhere\.invalid can't be resolved \(E[A-Z_]+\): use 127\.0\.0\.1, ::1 or localhost\.\n$/,
    );
  });
});

describe('a place that is taken', () => {
  let other: Server;

  async function listen(where: string | number): Promise<number> {
    other = createServer().listen(typeof where === 'number' ? { port: where, host: '127.0.0.1' } : { path: where });
    await once(other, 'listening');
    const address = other.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  afterEach(() => stopAll(other));

  it('the port', async () => {
    const port = await listen(0);
    await refuses(`Another process listens on 127.0.0.1:${port} already: stop it, or choose another SLMBX_PORT.`, [
      '--port',
      String(port),
    ]);
  });

  it('the Unix socket, whose owner goes on', async () => {
    const path = join(directory, 'slmbx.sock');
    await listen(path);
    await refuses(`Another process listens on ${path} already: stop it, or choose another path with SLMBX_UNIX.`, []);
    expect((await stat(path)).isSocket()).toBe(true);
  });

  it('a file in the place of the Unix socket stays as it is', async () => {
    const path = join(directory, 'slmbx.sock');
    await writeFile(path, 'precious');
    await refuses(`${path} is in the way and is no socket: move it, or choose another path with SLMBX_UNIX.`, []);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });
});

describe('a runtime directory that cannot be', () => {
  it('below a file', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await refuses(
      `The runtime directory ${file}/run can't be made (ENOTDIR): make it writable, or name another in SLMBX_RUNTIME_DIR.`,
      [],
      { SLMBX_RUNTIME_DIR: `${file}/run` },
    );
  });

  it('a path of SLMBX_UNIX whose directory is missing', async () => {
    const path = join(directory, 'missing', 'slmbx.sock');
    const { code, stderr } = await start(['--unix', path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^slmbx-service: [^\n]+\n$/);
    expect(stderr).toContain(path);
    expect(stderr).toContain('choose another path with SLMBX_UNIX.');
  });
});

describe('the command line', () => {
  it('--version prints the version', async () => {
    expect(await start(['--version'])).toEqual({ code: 0, signal: null, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('--help names every setting', async () => {
    const { code, stdout } = await start(['--help']);
    expect(code).toBe(0);
    for (const name of ['HOST', 'PORT', 'UNIX', 'MAX_MESSAGE_BYTES', 'LOG_LEVEL', 'SHUTDOWN_TIMEOUT_MS']) {
      expect(stdout).toContain(`SLMBX_${name}`);
    }
  });
});

describe('a good setting', () => {
  let engine: Engine;
  let service: Service | undefined;

  beforeAll(async () => {
    engine = await startEngine();
  });

  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  afterAll(() => stopAll(engine));

  async function answers(target: string): Promise<void> {
    const api = new Api(target);
    expect((await api.getSystem()).engine).toBe(ENGINE);
    api.close();
  }

  it('the Unix socket is for the uid of the service alone, whatever the umask', async () => {
    service = await startService({ engine });
    expect((await stat(service.socketPath!)).mode & 0o777).toBe(0o600);
  });

  it('the runtime directory is made where it is missing', async () => {
    const runtime = join(directory, 'a', 'b');
    const env = { SLMBX_RUNTIME_DIR: runtime, SLMBX_UNIX: '' };
    service = await startService({ engine, unix: 'off', env });
    expect(service.socketPath).toBe(join(runtime, 'slmbx.sock'));
    expect((await stat(runtime)).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o755 : 0o700);
    await answers(service.unix);
  });

  it('the Unix socket can be off', async () => {
    service = await startService({ engine, unix: 'off' });
    expect(service.socketPath).toBeUndefined();
    await answers(service.tcp);
    expect(listeningPorts(service.pid)).toEqual([service.port]);
  });

  it('TCP can be off', async () => {
    service = await startService({ engine, args: ['--port', 'off'] });
    expect(service.tcpAddresses).toEqual([]);
    await answers(service.unix);
    expect(listeningPorts(service.pid)).toEqual([]);
  });

  it.each(['localhost', '127.0.0.2', '127.255.255.254', '::ffff:127.0.0.1'])('%s is loopback', async (host) => {
    service = await startService({ engine, args: ['--host', host] });
    expect(service.tcpAddresses.length).toBeGreaterThan(0);
    for (const address of service.tcpAddresses) await answers(address);
  });

  it('a flag wins over its variable', async () => {
    const env = { SLMBX_LOG_LEVEL: 'silent' };
    service = await startService({ engine, env, args: ['--log-level=debug'] });
    await answers(service.tcp);
    expect(service.log().some(({ level }) => level === 'debug')).toBe(true);
  });

  it('variables of others are none of its business', async () => {
    service = await startService({ engine, env: { SLMBX_SOMETHING_ELSE: '1' } });
    await answers(service.tcp);
  });
});

describe('the log', () => {
  it('has a line per call at debug, without what the message holds', async () => {
    const engine = await startEngine();
    const service = await startService({ engine, env: { SLMBX_LOG_LEVEL: 'debug' } });
    const unix = new Api(service.unix);
    const tcp = new Api(service.tcp);
    try {
      await unix.initialize();
      await unix.create(42);
      await tcp.send(42, 'a secret');
      await tcp.receive(43).catch(() => undefined);
      // What it has written is all here once it has ended.
      await service.stop();
      const calls = service.log().filter(({ msg }) => msg === 'call');
      expect(calls).toEqual([
        expect.objectContaining({ rpc: '/slmbx.v1.SystemService/Initialize', peer: 'unix', status: 'OK' }),
        expect.objectContaining({ rpc: '/slmbx.v1.MailboxService/CreateMailbox', mailboxId: 42, status: 'OK' }),
        expect.objectContaining({
          rpc: '/slmbx.v1.MailboxService/SendMessage',
          peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
          mailboxId: 42,
          status: 'OK',
          durationMs: expect.any(Number) as number,
        }),
        expect.objectContaining({
          rpc: '/slmbx.v1.MailboxService/ReceiveMessage',
          mailboxId: 43,
          status: 'NOT_FOUND',
        }),
      ]);
      expect(service.output()).not.toContain('secret');
    } finally {
      unix.close();
      tcp.close();
      await service.stop();
      await engine.stop();
    }
  });

  it('has no line per call otherwise', async () => {
    const engine = await startEngine();
    const service = await startService({ engine });
    const api = new Api(service.unix);
    await api.getSystem();
    api.close();
    await service.stop();
    await engine.stop();
    expect(service.log().map(({ msg }) => msg)).toEqual(['the mailbox engine answers', 'ready', 'stopping', 'stopped']);
  });
});
