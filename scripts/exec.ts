import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, delimiter } from 'node:path';
import { inRoot, root } from './paths';

export interface RunOptions {
  /** File that gets both outputs, after what it holds. */
  log: string;
  cwd?: string;
  /** Variables on top of this process's. */
  env?: Record<string, string>;
  /** @default none */
  timeoutSeconds?: number;
  /** Return standard output; it is in the log only once the run has ended. @default false */
  keepStdout?: boolean;
}

export interface RunResult {
  /** Exit code; 128 when a signal ended it. */
  code: number;
  signal: NodeJS.Signals | undefined;
  timedOut: boolean;
  /** Empty unless it was asked for. */
  stdout: string;
  seconds: number;
}

/** Between asking a run that is out of time to end and ending it. */
const KILL_GRACE_MS = 5_000;

let runs = 0;
const running = new Set<ChildProcess>();

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended.
  }
}

// Every run has a process group of its own, which a terminal's Ctrl-C doesn't reach.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    for (const child of running) signalGroup(child, 'SIGTERM');
    process.exit(code);
  });
}

/** The environment of everything run here: the commands of the npm packages are on PATH, and a Node to run them. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const path = [process.env['PATH'] ?? '', inRoot('node_modules', '.bin'), dirname(process.execPath)];
  return { ...process.env, PATH: path.join(delimiter), ...extra };
}

/**
 * Runs a program to its end, without input. Never throws for what the program does. Its outputs are files: Node's pipes
 * are sockets, which a program may take for its own. What it leaves running in its process group is ended.
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const [command, ...args] = argv as [string, ...string[]];
  const started = performance.now();
  const stdoutFile = `${options.log}.stdout-${(runs += 1)}`;
  const log = openSync(options.log, 'a');
  const stdout = options.keepStdout ? openSync(stdoutFile, 'w') : log;
  try {
    writeSync(log, `$ ${argv.join(' ')}\n`);
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      stdio: ['ignore', stdout, log],
      detached: true,
    });
    const end = await ended(child, options.timeoutSeconds);
    if (end.error !== undefined) writeSync(log, `${end.error}\n`);
    const text = options.keepStdout ? readFileSync(stdoutFile, 'utf8') : '';
    writeSync(log, text);
    return { ...end, stdout: text, seconds: (performance.now() - started) / 1_000 };
  } finally {
    closeSync(log);
    if (options.keepStdout) {
      closeSync(stdout);
      rmSync(stdoutFile, { force: true });
    }
  }
}

type End = Pick<RunResult, 'code' | 'signal' | 'timedOut'> & { error?: string };

function ended(child: ChildProcess, timeoutSeconds: number | undefined): Promise<End> {
  return new Promise((resolve) => {
    running.add(child);
    let timedOut = false;
    const timers: NodeJS.Timeout[] = [];
    const finish = (end: Omit<End, 'timedOut'>): void => {
      timers.forEach(clearTimeout);
      running.delete(child);
      signalGroup(child, 'SIGKILL');
      resolve({ ...end, timedOut });
    };
    if (timeoutSeconds !== undefined) {
      const stop = (): void => {
        timedOut = true;
        signalGroup(child, 'SIGTERM');
        timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_GRACE_MS));
      };
      timers.push(setTimeout(stop, timeoutSeconds * 1_000));
    }
    child.on('error', (error) => finish({ code: 127, signal: undefined, error: error.message }));
    child.on('exit', (code, signal) => finish({ code: code ?? 128, signal: signal ?? undefined }));
  });
}
