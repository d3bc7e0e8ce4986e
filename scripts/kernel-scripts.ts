import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './exec';
import { Failure } from './failure';
import { fromRoot, logDirectory } from './paths';

/** The kernel whose rules are followed. */
const SOURCE = 'linux-source-6.1';
const MEMBERS = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch', 'coccinelle'];

function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slmbx');
}

/**
 * A folder with checkpatch.pl, its word lists, and the scripts for Coccinelle, in the user's cache. Debian has them in
 * the sources of the kernel alone, 140 MB that nobody else here needs: the package is fetched, not installed, and only
 * these files are kept.
 */
export async function kernelScripts(): Promise<string> {
  const cache = cacheDirectory();
  const scripts = join(cache, `scripts-${SOURCE}`);
  if (existsSync(scripts)) return scripts;

  console.log(`slmbx: fetching checkpatch.pl and what goes with it from Debian's ${SOURCE}`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'scripts-'));
  const log = join(logDirectory, 'kernel-scripts-fetch.log');
  try {
    await fetchPackage(work, log);
    const archive = readdirSync(work).find((name) => name.endsWith('.deb')) ?? '';
    const members = MEMBERS.map((name) => `${SOURCE}/scripts/${name}`).join(' ');
    const unpack = `dpkg-deb --fsys-tarfile ${archive} | tar -xO ./usr/src/${SOURCE}.tar.xz | tar -xJ --occurrence=1 ${members}`;
    // The last tar stops reading once it has its members, and the others end by a broken pipe.
    await run(['sh', '-c', unpack], { log, cwd: work });
    const unpacked = join(work, SOURCE, 'scripts');
    if (!MEMBERS.every((name) => existsSync(join(unpacked, name)))) {
      throw new Failure(`${SOURCE} has no checkpatch.pl where it was looked for; see ${fromRoot(log)}`);
    }
    place(unpacked, scripts);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return scripts;
}

/** The Coccinelle scripts that need no OCaml. */
export async function coccinelleScripts(): Promise<string[]> {
  const folder = join(await kernelScripts(), 'coccinelle');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cocci'))
    .map((name) => join(folder, name))
    .filter((path) => !/^@.*\bocaml\b|:ocaml\b/m.test(readFileSync(path, 'utf8')))
    .sort();
}

async function fetchPackage(directory: string, log: string): Promise<void> {
  const download = ['apt-get', '-q', 'download', SOURCE];
  if ((await run(download, { log, cwd: directory })).code === 0) return;
  await run(['apt-get', '-q', 'update'], { log });
  if ((await run(download, { log, cwd: directory })).code === 0) return;
  throw new Failure(`checkpatch.pl can't be had: \`${download.join(' ')}\` failed; see ${fromRoot(log)}`);
}

/** Moves the folder there whole, unless another run was faster. */
function place(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
