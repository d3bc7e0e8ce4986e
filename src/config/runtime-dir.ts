import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from '../errno';
import { ConfigError } from './config.error';

/** Name of the service's Unix socket in the runtime directory. */
export const SERVICE_SOCKET_NAME = 'slmbx.sock';

/** Directory that holds the sockets of daemon and service; undefined if the environment names no place for it. */
export function runtimeDirectory(env: NodeJS.ProcessEnv, uid: number): string | undefined {
  if (env['SLMBX_RUNTIME_DIR']) {
    return resolve(env['SLMBX_RUNTIME_DIR']);
  }
  if (uid === 0) {
    return '/run/slmbx';
  }
  if (env['XDG_RUNTIME_DIR']) {
    return join(env['XDG_RUNTIME_DIR'], 'slmbx');
  }
  return env['HOME'] ? join(env['HOME'], '.local/state/slmbx') : undefined;
}

/** Makes the runtime directory if it is missing. Root's is for everybody to pass through, anyone else's is private. */
export function makeRuntimeDirectory(directory: string, uid: number): void {
  try {
    makeDirectory(directory, uid === 0 ? 0o755 : 0o700);
  } catch (error) {
    throw new ConfigError(
      `The runtime directory ${directory} can't be made (${errnoOf(error) ?? String(error)}): ` +
        'make it writable, or name another in SLMBX_RUNTIME_DIR.',
    );
  }
}

/** As mkdir -p. Node's own `recursive` never ends below /proc. */
function makeDirectory(directory: string, mode: number): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    return;
  }
  if (!existsSync(dirname(directory))) {
    makeDirectory(dirname(directory), mode);
  }
  mkdirSync(directory, { mode });
}
