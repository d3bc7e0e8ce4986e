import { type BigIntStats, chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { ConfigError } from '../config/config.error';
import { errnoOf } from '../errno';

/** Only the uid of the service may connect: whoever connects acts as it. */
const SOCKET_MODE = 0o600;
/** A listener that is alive takes a connection at once, whatever else it is busy with: the kernel does it. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Makes way for a socket at `path`: one that nobody listens on any more is removed. Refuses if a process listens
 * there, and if something else than a socket is in the way.
 */
export async function claimSocketPath(path: string): Promise<void> {
  const found = look(path);
  if (found === undefined) {
    return;
  }
  if (!found.isSocket()) {
    throw new ConfigError(`${path} is in the way and is no socket: move it, or choose another path with SLMBX_UNIX.`);
  }
  if (await isListenedOn(path)) {
    throw inUse(path);
  }
  removeStale(path, found);
}

/** Says that another process listens on `path`. */
export function inUse(path: string): ConfigError {
  return new ConfigError(
    `Another process listens on ${path} already: stop it, or choose another path with SLMBX_UNIX.`,
  );
}

/** Closes a socket that was just bound to everybody else. */
export function protectSocket(path: string): void {
  chmodSync(path, SOCKET_MODE);
}

function look(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw new ConfigError(
      `${path} can't be used for the Unix socket (${errnoOf(error) ?? String(error)}): choose another path with SLMBX_UNIX.`,
    );
  }
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error) => {
      settle(!['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? ''));
    });
  });
}

/**
 * Another service may start at the same moment and have put its own socket where the stale one was. So the file is
 * moved aside first, and looked at again before it goes.
 */
function removeStale(path: string, stale: BigIntStats): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return;
    }
    throw new ConfigError(`${path} is left over from a service that ended and can't be removed: ${String(error)}.`);
  }
  const moved = lstatSync(aside, { bigint: true });
  // An inode number may be given anew at once; a time of creation isn't.
  if (moved.ino !== stale.ino || moved.dev !== stale.dev || moved.mtimeNs !== stale.mtimeNs) {
    renameSync(aside, path);
    throw inUse(path);
  }
  unlinkSync(aside);
}
