import { spawnSync } from 'node:child_process';
import { arch } from 'node:process';
import { Failure } from './failure';

/** Debian's name of this machine's architecture, as its kernels have it. */
const FLAVOUR: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** The package that has the headers of Debian's newest stock kernel installed. */
export const headersPackage = `linux-headers-${FLAVOUR[arch] ?? arch}`;

/** The folder to build a module for that kernel in; the package must be installed. */
export function headersDirectory(): string {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Depends}', headersPackage], { encoding: 'utf8' });
  const name = /\blinux-headers-\d\S*/.exec(stdout)?.[0];
  if (name === undefined)
    throw new Failure(`the Debian package ${headersPackage} doesn't say which headers are newest`);
  return `/usr/src/${name}`;
}
