import { ConfigError } from './config.error';
import { type Invocation, loadConfig, usage } from './load-config';
import { SETTINGS } from './settings';

const HOME = { HOME: '/home/someone' };
const HOME_RUNTIME = '/home/someone/.local/state/slmbx';

function load(args: string[] = [], env: NodeJS.ProcessEnv = {}, uid = 1000): Invocation {
  return loadConfig(args, { ...HOME, ...env }, uid);
}

it('has a default for everything', () => {
  expect(load()).toEqual({
    kind: 'serve',
    config: {
      host: '127.0.0.1',
      port: 50051,
      unix: `${HOME_RUNTIME}/slmbx.sock`,
      maxMessageBytes: 67108864,
      logLevel: 'info',
      shutdownTimeoutMs: 10000,
      runtimeDirectory: HOME_RUNTIME,
    },
  });
});

it('takes every setting as a variable and as a flag', () => {
  const values: Record<string, [string, unknown]> = {
    host: ['::1', '::1'],
    port: ['0', 0],
    unix: ['/tmp/x.sock', '/tmp/x.sock'],
    maxMessageBytes: ['1073741824', 1073741824],
    logLevel: ['silent', 'silent'],
    shutdownTimeoutMs: ['0', 0],
  };
  expect(SETTINGS.map(({ key }) => key).sort()).toEqual(Object.keys(values).sort());
  for (const { key, env, flag } of SETTINGS) {
    const [text, value] = values[key]!;
    expect(load([], { [env]: text })).toMatchObject({ config: { [key]: value } });
    expect(load([`--${flag}`, text])).toMatchObject({ config: { [key]: value } });
    expect(load([`--${flag}=${text}`])).toMatchObject({ config: { [key]: value } });
  }
});

it('prefers the flag, and takes an empty variable for none', () => {
  expect(load(['--port', '1'], { SLMBX_PORT: '2' })).toMatchObject({ config: { port: 1 } });
  expect(load([], { SLMBX_PORT: '', SLMBX_HOST: '' })).toMatchObject({ config: { port: 50051, host: '127.0.0.1' } });
});

it('turns TCP off', () => {
  expect(load(['--port', 'off'])).toMatchObject({ config: { port: undefined, runtimeDirectory: HOME_RUNTIME } });
  expect(load(['--port', '1'], { SLMBX_PORT: 'off' })).toMatchObject({ config: { port: 1 } });
  expect(() => load(['--port', 'OFF'])).toThrow('--port must be a whole number from 0 to 65535, or "off", not "OFF".');
});

it('refuses to listen nowhere', () => {
  expect(() => load(['--port', 'off'], { SLMBX_UNIX: 'off' })).toThrow(
    'SLMBX_PORT and SLMBX_UNIX are both "off", so nobody could call the service: leave one of them on.',
  );
});

it('turns the Unix socket off', () => {
  expect(load(['--unix', 'off'])).toMatchObject({ config: { unix: undefined, runtimeDirectory: undefined } });
});

it('makes a relative path of a Unix socket absolute', () => {
  expect(load(['--unix', './off'])).toMatchObject({ config: { unix: `${process.cwd()}/off` } });
});

it('names a way out where there is no place for the Unix socket', () => {
  expect(() => loadConfig([], {}, 1000)).toThrow(
    'There is no place for the Unix socket: set SLMBX_UNIX to a path or "off", or set HOME or XDG_RUNTIME_DIR.',
  );
  expect(loadConfig([], { SLMBX_UNIX: 'off' }, 1000)).toMatchObject({ config: { unix: undefined } });
});

it.each([
  [['--help'], 'help'],
  [['--port', '1', '--help'], 'help'],
  [['--version'], 'version'],
])('%p asks for %s', (args, kind) => {
  expect(load(args)).toEqual({ kind });
});

it.each([
  ['--port', 'x'],
  ['--port', ''],
  ['--port', '9'.repeat(400)],
  ['--unix', 'a\0b'],
  ['--unix', ''],
  ['--host', ''],
  ['--max-message-bytes', '1.5'],
  ['--nothing', 'x'],
  ['--__proto__', 'x'],
  ['--constructor', 'x'],
])('refuses %s %p with one line', (flag, value) => {
  expect.assertions(2);
  try {
    load([flag, value]);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/^[^\n]{10,250}\.$/);
  }
});

it('explains itself in 80 columns or a little more', () => {
  for (const line of usage().split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});
