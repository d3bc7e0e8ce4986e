import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure, reasonOf } from './failure';

const SYSTEM = '/run/slmbx';
/** sun_path's size, with its NUL. */
const SOCKET_PATH_MAX = 108;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Where the sockets of this user's engine and service are. */
export function runtimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['SLMBX_RUNTIME_DIR']) return resolve(env['SLMBX_RUNTIME_DIR']);
  if (isRoot()) return SYSTEM;
  if (env['XDG_RUNTIME_DIR']) return join(env['XDG_RUNTIME_DIR'], 'slmbx');
  return join(homedir(), '.local', 'state', 'slmbx');
}

/** The sockets a client tries, in its order; the first is the one a daemon of this user listens on. */
export function daemonSockets(env: NodeJS.ProcessEnv = process.env): [string, ...string[]] {
  if (env['SLMBX_SOCKET']) return [resolve(env['SLMBX_SOCKET'])];
  const own = join(runtimeDirectory(env), 'slmbxd.sock');
  return isRoot() || env['SLMBX_RUNTIME_DIR'] ? [own] : [own, join(SYSTEM, 'slmbxd.sock')];
}

/** As mkdir -p, which Node's own `recursive` isn't everywhere: below /proc it never ends. */
function makeDirectory(directory: string, mode: number): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  if (!existsSync(dirname(directory))) makeDirectory(dirname(directory), mode);
  mkdirSync(directory, { mode });
}

/** Makes the directory if need be, and makes sure that it can be used. */
export function ensureRuntimeDirectory(directory: string): void {
  const hint = 'set SLMBX_RUNTIME_DIR to a directory you may write to';
  if (Buffer.byteLength(join(directory, 'slmbxd.sock')) >= SOCKET_PATH_MAX) {
    throw new Failure(`the runtime directory ${directory} is too long a path for a Unix socket; ${hint}`);
  }
  try {
    makeDirectory(directory, isRoot() ? 0o755 : 0o700);
    const probe = join(directory, `.probe-${process.pid}`);
    try {
      writeFileSync(probe, 'room for one line\n');
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    throw new Failure(`the runtime directory ${directory} can't be used: ${reasonOf(error)}; ${hint}`);
  }
}
