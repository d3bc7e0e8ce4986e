import { spawnSync } from 'node:child_process';
import { accessSync, constants, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './exec';
import { Failure } from './failure';
import { fromRoot, logDirectory } from './paths';

/** A Debian package, and the command that shows it to be there however it came. */
export interface DebianPackage {
  name: string;
  /** @default none: only the package itself will do */
  command?: string;
}

export function onPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function installedPackages(names: readonly string[]): Set<string> {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], {
    encoding: 'utf8',
  });
  return new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.slice(0, line.indexOf(' '))),
  );
}

/** Those that aren't there. Where there is no dpkg, a package without a command is taken to be there. */
export function missingPackages(packages: readonly DebianPackage[]): string[] {
  const wanted = packages.filter(({ command }) => command === undefined || !onPath(command));
  if (wanted.length === 0) return [];
  if (!onPath('dpkg-query')) return wanted.filter(({ command }) => command !== undefined).map(({ name }) => name);
  const installed = installedPackages(wanted.map(({ name }) => name));
  return wanted.map(({ name }) => name).filter((name) => !installed.has(name));
}

/** How apt-get is run with the right to install; undefined if it can't be. */
function aptGet(): string[] | undefined {
  if (!onPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  const sudo = onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudo ? ['sudo', '-n', 'apt-get'] : undefined;
}

/**
 * Installs the packages that aren't there, from the package lists the machine has; fetches the lists only if that
 * doesn't do.
 */
export async function ensurePackages(packages: readonly DebianPackage[], purpose: string): Promise<void> {
  const missing = missingPackages(packages);
  if (missing.length === 0) return;
  const command = `apt-get install ${missing.join(' ')}`;
  const apt = aptGet();
  if (apt === undefined) {
    throw new Failure(`${purpose} needs what is not here and only root may install; have root run: ${command}`);
  }
  console.log(`slmbx: installing the Debian packages ${missing.join(', ')}`);
  const log = join(logDirectory, 'apt.log');
  rmSync(log, { force: true });
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = [
    ...apt,
    '-q',
    '-y',
    '--no-install-recommends',
    '-o',
    'DPkg::Lock::Timeout=300',
    'install',
    ...missing,
  ];
  if ((await run(install, { log, env })).code === 0) return;
  await run([...apt, '-q', 'update'], { log, env });
  if ((await run(install, { log, env })).code === 0) return;
  throw new Failure(`${purpose} needs Debian packages that could not be installed (see ${fromRoot(log)}): ${command}`);
}

/** Installs in one go what several want. What can't be had is for `ensurePackages` to tell each of them. */
export async function tryPackages(packages: readonly DebianPackage[]): Promise<void> {
  const byName = new Map(packages.map((each) => [each.name, each]));
  try {
    await ensurePackages([...byName.values()], 'this run');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}
