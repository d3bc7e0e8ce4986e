import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';

export interface ChildOptions {
  /** uid to be by the time `body` runs. The checkout need not be within its reach. */
  uid?: number;
  env?: Record<string, string>;
  /** Options of node itself. */
  flags?: string[];
  /** Leaves the add-on unloaded. */
  bare?: boolean;
}

const MAX_MS = 25_000;
const packageDirectory = dirname(require.resolve('slmbx-bindings/package.json'));

/**
 * Runs `body` in a node of its own, with `slmbx` and `codeOf` at hand, and returns what it returned. It may await.
 * Of this process's environment it has PATH alone.
 */
export async function inChild(socket: string, body: string, options: ChildOptions = {}): Promise<unknown> {
  const { env = {}, flags = [] } = options;
  const child = spawn(process.execPath, [...flags, '-e', program(body, options)], {
    env: { PATH: process.env['PATH'], SLMBX_SOCKET: socket, ...env },
    timeout: MAX_MS,
    killSignal: 'SIGKILL',
    cwd: '/',
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`child ended with ${code ?? String(signal)}: ${err}`);
  return JSON.parse(out) as unknown;
}

function program(body: string, { bare = false, uid }: ChildOptions): string {
  return `
    const slmbx = ${bare ? 'undefined' : `require(${JSON.stringify(packageDirectory)})`};
    const codeOf = (call) => {
      try {
        call();
        return 'ok';
      } catch (error) {
        return error.code ?? String(error);
      }
    };
    ${uid === undefined ? '' : `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`}
    (async () => {
      ${body}
    })().then((result) => console.log(JSON.stringify(result ?? null)));`;
}
