import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, MAX_MESSAGE_ENV, SCALE } from './engine';

const MAIN = resolve(__dirname, '../../dist/main.js');
const START_MS = 60_000 * SCALE.patience;
const STOP_MS = 30_000 * SCALE.patience;

export interface ServiceOptions {
  /** What it is to use. */
  engine: Pick<Engine, 'env'>;
  /** Its own Unix socket; without it one in a fresh directory that `stop` removes. `off` for none. */
  unix?: string;
  /** TCP port. @default 0, any free one */
  port?: number;
  /** Further variables, such as SLMBX_MAX_MESSAGE_BYTES. */
  env?: Record<string, string>;
  /** Further flags. */
  args?: string[];
  /** uid and gid to run as; takes root. */
  uid?: number;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service in a process of its own. Whoever started it ends it: `stop` in an `afterAll` or `finally`. */
export interface Service {
  /** First TCP address, as gRPC takes it: `127.0.0.1:40001`. */
  readonly tcp: string;
  /** All of them. */
  readonly tcpAddresses: readonly string[];
  /** Unix socket as gRPC takes it: `unix:/tmp/…`. Throws if it is off. */
  readonly unix: string;
  /** Path of the Unix socket, if there is one. */
  readonly socketPath: string | undefined;
  readonly port: number;
  readonly pid: number;
  /** Standard output and standard error so far. */
  output(): string;
  /** Its log so far, a parsed line each. */
  log(): LogLine[];
  /** Sends a signal and doesn't wait. */
  signal(signal: NodeJS.Signals): void;
  /** Waits until it has ended, whatever ends it. */
  ended(): Promise<Ended>;
  /** SIGTERM; fails unless it ends with exit code 0. May follow `signal` and `kill`, and then cleans up. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash: the socket file stays. */
  kill(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly msg?: string;
  readonly [key: string]: unknown;
}

/** Environment of this process less what would reach into the service from outside. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SLMBX_') && name !== 'NODE_OPTIONS');
  return Object.fromEntries(kept);
}

/** Starts dist/main.js on a free port and a socket of its own, and waits until it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const directory = options.unix === undefined ? await makeDirectory(options.uid) : undefined;
  const unix = options.unix ?? join(directory ?? '', 'slmbx.sock');
  const child = spawn(process.execPath, [MAIN, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    env: {
      ...cleanEnvironment(),
      ...options.engine.env,
      ...MAX_MESSAGE_ENV,
      SLMBX_PORT: String(options.port ?? 0),
      SLMBX_UNIX: unix,
      ...options.env,
    },
  });
  dieTogether(child);
  let output = '';
  const collect = (chunk: string): void => void (output += chunk);
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const log = (): LogLine[] => parseLog(output);

  const cleanUp = async (): Promise<void> => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  const ended = async (): Promise<Ended> => {
    if (!hasEnded(child)) await once(child, 'close');
    return { code: child.exitCode, signal: child.signalCode };
  };
  const end = async (signal: NodeJS.Signals): Promise<Ended> => {
    if (!hasEnded(child)) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const result = await ended();
    clearTimeout(timer);
    return result;
  };
  // Whoever sent it a signal judges by ended() how it ended.
  let signalled = false;
  const stop = async (): Promise<void> => {
    const { code, signal } = await end('SIGTERM');
    await cleanUp();
    if (code !== 0 && !signalled) throw new Error(`the service ended with ${code ?? signal}: ${output}`);
  };

  let ready: LogLine;
  try {
    ready = await becomesReady(child, log, () => output);
  } catch (error) {
    await end('SIGKILL');
    await cleanUp();
    throw error;
  }
  const tcpAddresses = ready['tcp'] as string[];
  const tcp = tcpAddresses[0] ?? '';
  const socketPath = ready['unix'] as string | undefined;
  return {
    tcp,
    tcpAddresses,
    get unix() {
      if (socketPath === undefined) throw new Error('the service has no Unix socket');
      return `unix:${socketPath}`;
    },
    socketPath,
    port: Number(tcp.slice(tcp.lastIndexOf(':') + 1)),
    pid: child.pid ?? 0,
    output: () => output,
    log,
    signal: (signal) => {
      signalled = true;
      child.kill(signal);
    },
    ended,
    stop,
    kill: async () => {
      signalled = true;
      await end('SIGKILL');
    },
  };
}

async function makeDirectory(uid: number | undefined): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slmbx-'));
  if (uid !== undefined) await chown(directory, uid, uid);
  return directory;
}

/** Runs dist/main.js to its end, for starts that are meant to fail. */
export async function runService(
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended & { stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
  });
  dieTogether(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  await once(child, 'close');
  clearTimeout(timer);
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}

/** A child outlives no test run, even one that is broken off. */
function dieTogether(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.removeListener('exit', kill));
}

async function becomesReady(child: ChildProcess, log: () => LogLine[], output: () => string): Promise<LogLine> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const ready = log().find(({ msg }) => msg === 'ready');
    if (ready !== undefined) return ready;
    if (hasEnded(child)) throw new Error(`the service didn't start: ${output()}`);
    if (Date.now() > deadline) throw new Error(`the service wasn't ready in ${START_MS} ms: ${output()}`);
    await delay(10);
  }
}

function parseLog(output: string): LogLine[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
