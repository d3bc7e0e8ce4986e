import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { MAX_MESSAGE_ENV, SCALE } from './engine';
import { cleanEnvironment } from './service';

const MAIN = resolve(__dirname, '../../dist/cli/main.js');
const LIMIT_MS = 20_000 * SCALE.patience;

export interface CliOptions {
  /** Further variables. */
  env?: Record<string, string>;
  /** What standard input holds, as a pipe. @default /dev/null */
  input?: string | Uint8Array;
  /** uid and gid to run as. */
  uid?: number;
}

/** What a run of the command came to. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Standard output, byte for byte. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

/** The `slmbx` command with a default address. */
export class Cli {
  constructor(readonly address: string) {}

  /** Runs it to its end. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return await finish(this.start([MAIN, ...args], process.execPath, options), options.input);
  }

  /** Runs a line of bash in which `slmbx` is the command. */
  async shell(script: string, options: CliOptions = {}): Promise<CliResult> {
    const whole = `slmbx() { "$TEST_NODE" "$TEST_MAIN" "$@"; }\n${script}`;
    return await finish(this.start(['-c', whole], 'bash', options), options.input);
  }

  /** Starts a program beside which the test goes on. */
  start(args: readonly string[], program: string, { env, uid, input }: CliOptions) {
    return spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: {
        ...cleanEnvironment(),
        TEST_NODE: process.execPath,
        TEST_MAIN: MAIN,
        SLMBX_ADDRESS: this.address,
        ...MAX_MESSAGE_ENV,
        ...env,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
  }

  /** Starts the command, with standard input held open, and lets the test go on. */
  startCommand(args: readonly string[], options: CliOptions = {}) {
    return this.start([MAIN, ...args], process.execPath, { input: '', ...options });
  }
}

type Child = ReturnType<Cli['start']>;

/** Waits for a started program. */
export async function finish(child: Child, input?: string | Uint8Array): Promise<CliResult> {
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  if (input !== undefined) {
    // A command may well end before it has read everything.
    child.stdin?.on('error', () => undefined).end(input);
  }
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.once('error', fail).once('close', (...ended) => done(ended));
  });
  const bytes = Buffer.concat(out);
  return { code, signal, stdout: bytes.toString(), bytes, stderr };
}
