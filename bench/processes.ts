import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository; compiled files are three folders below it. */
export const root = resolve(__dirname, '..', '..', '..');
const native = join(root, 'build', 'native');

const READY_MS = 30_000;

/** Runs one of the measuring programs in C and returns the lines it prints. */
export function measure(program: string, args: readonly string[], env: Record<string, string> = {}): string[] {
  return execFileSync(join(native, 'bench', program), args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trim()
    .split('\n');
}

/** Something a benchmark started. */
export interface Server {
  readonly pid: number;
  /** What it was waited for, as matched. */
  readonly ready: RegExpExecArray;
  stop(): Promise<void>;
}

async function start(
  argv: readonly [string, ...string[]],
  ready: RegExp,
  env: Record<string, string>,
): Promise<Server> {
  const child: ChildProcess = spawn(argv[0], argv.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const match = await new Promise<RegExpExecArray>((resolveReady, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      reject(new Error(`${argv.join(' ')} isn't ready: ${output}`));
    }, READY_MS);
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = ready.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolveReady(found);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', () => {
      clearTimeout(timer);
      reject(new Error(`${argv.join(' ')} ended: ${output}`));
    });
  });
  return {
    pid: child.pid ?? 0,
    ready: match,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A folder for sockets, gone after `use`. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'slmbx-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A daemon of its own on the given CPUs (a list as taskset takes it; all without one). */
export function startDaemon(socket: string, cpus?: string): Promise<Server> {
  const argv: [string, ...string[]] = [join(native, 'slmbxd'), '--socket', socket];
  return start(cpus === undefined ? argv : ['taskset', '-c', cpus, ...argv], /ready on/, {});
}

/** The service as `npm start` runs it, on a free port. */
export function startService(daemonSocket: string): Promise<Server> {
  return start([process.execPath, join(root, 'dist', 'main.js')], /"tcp":\["127\.0\.0\.1:(\d+)"/, {
    SLMBX_SOCKET: daemonSocket,
    SLMBX_ENGINE: 'daemon',
    SLMBX_PORT: '0',
    SLMBX_UNIX: 'off',
    SLMBX_LOG_LEVEL: 'info',
    NODE_ENV: 'production',
  });
}

/** A NestJS service whose methods do nothing, on a free port. */
export function startEmptyService(): Promise<Server> {
  return start([process.execPath, join(__dirname, 'empty-service.js')], /ready on 127\.0\.0\.1:(\d+)/, {
    NODE_ENV: 'production',
  });
}
