import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from './engine';
import { nativeProgram } from './native';

const READY = /^slmbxd: ready on /m;
const START_MS = 15_000;
const STOP_MS = 15_000;

export interface DaemonOptions {
  /** Socket to listen on; without it one in a fresh directory that `stop` removes. */
  socket?: string;
  /** uid to run as. It runs a copy then: the checkout may be out of that uid's reach. */
  uid?: number;
  /** Further arguments of slmbxd. */
  args?: string[];
}

/** A private slmbxd. Whoever started it ends it: `stop` in an `afterAll` or `finally`. */
export interface Daemon extends Engine {
  readonly socket: string;
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** SIGTERM; fails unless it ends with exit code 0. May follow `kill`, and then only cleans up. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash: the socket file stays. */
  kill(): Promise<void>;
}

/** The daemon under test; `SLMBX_TEST_SLMBXD` names another build of it. */
export function daemonBinary(): string {
  return process.env['SLMBX_TEST_SLMBXD'] ?? nativeProgram('slmbxd');
}

/** Starts slmbxd on a socket of its own and waits until it listens. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const directory = options.socket === undefined ? await makeDirectory(options.uid) : undefined;
  const socket = options.socket ?? join(directory ?? '', 'slmbxd.sock');
  const binary = options.uid === undefined ? daemonBinary() : `${socket}.bin`;
  if (options.uid !== undefined) await copyFile(daemonBinary(), binary);
  const child = spawnTied([binary, '--socket', socket, ...(options.args ?? [])], options.uid);
  let output = '';
  const collect = (chunk: string): void => void (output += chunk);
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);

  const cleanUp = async (): Promise<void> => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  const stop = async (): Promise<void> => {
    const killed = child.signalCode === 'SIGKILL';
    await end(child, 'SIGTERM');
    await cleanUp();
    if (child.exitCode !== 0 && !killed) {
      throw new Error(`slmbxd ended with ${child.exitCode ?? child.signalCode}: ${output}`);
    }
  };

  try {
    await becomesReady(child, () => output);
  } catch (error) {
    await end(child, 'SIGKILL');
    await cleanUp();
    throw error;
  }
  return {
    socket,
    env: { SLMBX_SOCKET: socket },
    pid: child.pid ?? 0,
    output: () => output,
    stop,
    kill: () => end(child, 'SIGKILL'),
  };
}

/** A directory other uids can look into: mkdtemp's own mode would keep them from the socket. */
async function makeDirectory(uid: number | undefined): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'slmbxd-'));
  await chmod(directory, 0o755);
  if (uid !== undefined) await chown(directory, uid, uid);
  return directory;
}

/** Spawns it so that it dies with this process, however this process ends. */
function spawnTied(command: string[], uid: number | undefined): ChildProcess {
  const identity = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return spawn('setpriv', [...identity, '--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function becomesReady(child: ChildProcess, output: () => string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const deadline = Date.now() + START_MS;
  while (!READY.test(output())) {
    if (failure !== undefined) throw failure;
    if (hasEnded(child)) throw new Error(`slmbxd did not start: ${output()}`);
    if (Date.now() > deadline) throw new Error(`slmbxd was not ready in ${START_MS} ms: ${output()}`);
    await delay(5);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const closed = once(child, 'close');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await closed;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
