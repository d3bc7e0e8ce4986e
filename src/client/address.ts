import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the service listens for TCP unless told otherwise. */
export const DEFAULT_TCP_ADDRESS = '127.0.0.1:50051';

const UNIX_PREFIX = 'unix:';
/** sun_path holds 108 bytes, the closing NUL included. */
const MAX_SOCKET_PATH_BYTES = 107;
const HOST_AND_PORT = /^(?:\[(?<ipv6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?<host>[^\s:/[\]@]+)):(?<port>[0-9]{1,5})$/;

/** The directory in which the service of the calling user keeps its socket; `undefined` if the environment names none. */
export function runtimeDirectory(
  env: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.geteuid?.(),
): string | undefined {
  if (env['SLMBX_RUNTIME_DIR']) {
    return env['SLMBX_RUNTIME_DIR'];
  }
  if (uid === 0) {
    return '/run/slmbx';
  }
  if (env['XDG_RUNTIME_DIR']) {
    return join(env['XDG_RUNTIME_DIR'], 'slmbx');
  }
  return env['HOME'] ? join(env['HOME'], '.local/state/slmbx') : undefined;
}

/**
 * The address of a client that is given none: `SLMBX_ADDRESS`; else the Unix socket `slmbx.sock` in the runtime
 * directory, if it is there; else 127.0.0.1:50051.
 */
export function defaultAddress(
  env: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.geteuid?.(),
): string {
  if (env['SLMBX_ADDRESS']) {
    return env['SLMBX_ADDRESS'];
  }
  const directory = runtimeDirectory(env, uid);
  const socket = directory === undefined ? undefined : resolve(directory, 'slmbx.sock');
  return socket !== undefined && existsSync(socket) ? UNIX_PREFIX + socket : DEFAULT_TCP_ADDRESS;
}

/** Checks an address and returns the target that grpc-js takes: `unix:` with an absolute path, or `host:port`. */
export function toGrpcTarget(address: unknown): string {
  if (typeof address !== 'string') {
    throw new TypeError('the address must be a string: unix:PATH or HOST:PORT');
  }
  return address.startsWith(UNIX_PREFIX) ? unixTarget(address.slice(UNIX_PREFIX.length)) : tcpTarget(address);
}

function unixTarget(path: string): string {
  // "unix:///path" is a URI with an empty authority.
  const socket = path === '' ? '' : resolve(path.replace(/^\/\/(?=\/)/, ''));
  if (socket === '' || socket.includes('\0')) {
    throw new TypeError(`${JSON.stringify(UNIX_PREFIX + path)} names no socket: give unix:PATH`);
  }
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES) {
    throw new RangeError(
      `the socket path ${JSON.stringify(socket)} is longer than the ${MAX_SOCKET_PATH_BYTES} bytes a Unix socket may have`,
    );
  }
  return UNIX_PREFIX + socket;
}

function tcpTarget(address: string): string {
  const port = Number(HOST_AND_PORT.exec(address)?.groups?.['port']);
  if (!(port >= 1 && port <= 65535)) {
    throw new TypeError(
      `${JSON.stringify(address)} is no address: give unix:PATH, or HOST:PORT with a port from 1 to 65535`,
    );
  }
  return address;
}
