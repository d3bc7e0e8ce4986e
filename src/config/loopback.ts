import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { errnoOf } from '../errno';
import { ConfigError } from './config.error';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Only this machine can reach the address. IPv4 addresses written in IPv6 count as IPv4. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Addresses `host` stands for, every one of them loopback. They are what is bound: to resolve the name a second
 * time could give others.
 */
export async function resolveLoopback(host: string): Promise<string[]> {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const addresses = isIP(bare) !== 0 ? [bare] : await resolveName(bare);
  const open = addresses.find((address) => !isLoopback(address));
  if (open !== undefined) {
    throw new ConfigError(
      `SLMBX_HOST ${host === open ? host : `${host} (${open})`} isn't loopback, and every caller acts as the uid of this ` +
        'service, so only this machine may reach it: use 127.0.0.1, ::1 or localhost.',
    );
  }
  return addresses;
}

async function resolveName(host: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    throw new ConfigError(
      `SLMBX_HOST ${host} can't be resolved (${errnoOf(error) ?? String(error)}): use 127.0.0.1, ::1 or localhost.`,
    );
  }
}
