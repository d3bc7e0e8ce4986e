import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runtimeDirectory } from './runtime-directory';
import { shellWord } from './text';

/** Where a service with these settings listens; the service itself judges them. */
export interface ServiceAddress {
  /** Path of its Unix socket, if it has one. */
  unix?: string;
  /** Host and port, if it listens for TCP. */
  tcp?: string;
}

const OFF = 'off';

/** What the service makes of its arguments and its environment. */
export function serviceAddress(args: readonly string[], env: NodeJS.ProcessEnv): ServiceAddress {
  const { values } = parseArgs({
    args: [...args],
    options: { unix: { type: 'string' }, host: { type: 'string' }, port: { type: 'string' } },
    strict: false,
  });
  const setting = (key: 'unix' | 'host' | 'port', otherwise: string): string => {
    const value = values[key] ?? env[`SLMBX_${key.toUpperCase()}`];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  const unix = setting('unix', join(runtimeDirectory(env), 'slmbx.sock'));
  const port = setting('port', '50051');
  const host = setting('host', '127.0.0.1');
  return {
    ...(unix !== OFF && { unix }),
    ...(port !== OFF && { tcp: `${host.includes(':') ? `[${host}]` : host}:${port}` }),
  };
}

/** Both addresses in words. */
export function addressWords({ unix, tcp }: ServiceAddress): string {
  const words = [
    unix && `unix:${unix}`,
    tcp?.endsWith(':0') ? `${tcp.slice(0, -2)}, a free port that its log names` : tcp,
  ];
  return words.filter((word) => word !== undefined).join(' and ');
}

/** What a shell must be told for the `slmbx` command to find a service there; empty if the command looks there anyway. */
export function clientSetting({ unix, tcp }: ServiceAddress, env: NodeJS.ProcessEnv): string {
  const directory = env['SLMBX_RUNTIME_DIR'];
  if (unix === join(runtimeDirectory(env), 'slmbx.sock')) {
    return directory ? `export SLMBX_RUNTIME_DIR=${shellWord(directory)}; ` : '';
  }
  const address = unix === undefined ? tcp : `unix:${unix}`;
  return address === undefined ? '' : `export SLMBX_ADDRESS=${shellWord(address)}; `;
}
