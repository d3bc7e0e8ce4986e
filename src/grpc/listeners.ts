import { isIPv6 } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { ConfigError } from '../config/config.error';
import { claimSocketPath, inUse, protectSocket } from './unix-socket';

/** Listens on every address at the same port and says where: `127.0.0.1:50051`. Port 0 takes any that is free. */
export async function listenTcp(server: Server, addresses: readonly string[], port: number): Promise<string[]> {
  const bound: string[] = [];
  let actual = port;
  for (const address of addresses) {
    const target = (at: number): string => (isIPv6(address) ? `[${address}]:${at}` : `${address}:${at}`);
    try {
      actual = await bind(server, target(actual));
      bound.push(target(actual));
    } catch (error) {
      // localhost names ::1 too on machines that have no IPv6.
      if (!(isErrno(error, 'EADDRNOTAVAIL') || isErrno(error, 'EAFNOSUPPORT')) || addresses.length === 1) {
        throw tcpFailure(error, target(actual));
      }
    }
  }
  if (bound.length === 0) {
    throw new ConfigError(`None of ${addresses.join(', ')} is an address of this machine: choose another SLMBX_HOST.`);
  }
  return bound;
}

/** Listens on a Unix socket that only the service's own uid may use. */
export async function listenUnix(server: Server, path: string): Promise<void> {
  await claimSocketPath(path);
  try {
    await bind(server, `unix:${path}`);
  } catch (error) {
    throw isErrno(error, 'EADDRINUSE')
      ? inUse(path)
      : new ConfigError(`The service can't listen on ${path} (${reason(error)}): choose another path with SLMBX_UNIX.`);
  }
  protectSocket(path);
}

function bind(server: Server, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(target, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) {
        resolve(port);
      } else {
        reject(error);
      }
    });
  });
}

function tcpFailure(error: unknown, target: string): ConfigError {
  if (isErrno(error, 'EADDRINUSE')) {
    return new ConfigError(`Another process listens on ${target} already: stop it, or choose another SLMBX_PORT.`);
  }
  if (isErrno(error, 'EACCES')) {
    return new ConfigError(`The service may not listen on ${target}: choose a SLMBX_PORT from 1024 up.`);
  }
  return new ConfigError(`The service can't listen on ${target} (${reason(error)}): see SLMBX_HOST and SLMBX_PORT.`);
}

/** grpc-js hands the errno on in its text alone. */
function isErrno(error: unknown, errno: string): boolean {
  return error instanceof Error && error.message.includes(errno);
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /\b(E[A-Z0-9]+)\b/.exec(text)?.[1] ?? text;
}
