import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './exec';
import { Failure } from './failure';
import { logDirectory } from './paths';

/** The kernel whose rules are followed. */
const SOURCE = 'linux-source-6.1';
const FILES = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch'];

function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slmbx', `checkpatch-${SOURCE}`);
}

/**
 * checkpatch.pl with its word lists, in the user's cache. Debian has it in the sources of the kernel alone, 140 MB that
 * nobody else here needs: the package is fetched, not installed, and only these files are kept.
 */
export async function checkpatchScript(): Promise<string> {
  const cache = cacheDirectory();
  const script = join(cache, 'checkpatch.pl');
  if (FILES.every((name) => existsSync(join(cache, name)))) return script;

  console.log(`slmbx: fetching checkpatch.pl from Debian's ${SOURCE}`);
  const work = mkdtempSync(join(tmpdir(), 'slmbx-checkpatch-'));
  const log = join(logDirectory, 'checkpatch-fetch.log');
  try {
    await fetchPackage(work, log);
    const archive = readdirSync(work).find((name) => name.endsWith('.deb')) ?? '';
    const members = FILES.map((name) => `${SOURCE}/scripts/${name}`).join(' ');
    const unpack = `dpkg-deb --fsys-tarfile ${archive} | tar -xO ./usr/src/${SOURCE}.tar.xz | tar -xJ --occurrence=1 ${members}`;
    // The last tar stops reading once it has its members, and the others end by a broken pipe.
    await run(['sh', '-c', unpack], { log, cwd: work });
    if (!FILES.every((name) => existsSync(join(work, SOURCE, 'scripts', name)))) {
      throw new Failure(`${SOURCE} has no checkpatch.pl where it was looked for; see ${log}`);
    }
    mkdirSync(cache, { recursive: true });
    for (const name of FILES) place(join(work, SOURCE, 'scripts', name), join(cache, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return script;
}

async function fetchPackage(directory: string, log: string): Promise<void> {
  const download = ['apt-get', '-q', 'download', SOURCE];
  if ((await run(download, { log, cwd: directory })).code === 0) return;
  await run(['apt-get', '-q', 'update'], { log });
  if ((await run(download, { log, cwd: directory })).code === 0) return;
  throw new Failure(`checkpatch.pl can't be had: \`${download.join(' ')}\` failed; see ${log}`);
}

/** Copies so that nobody sees half a file: two runs may fill the cache at once. */
function place(from: string, to: string): void {
  const whole = `${to}.${process.pid}`;
  copyFileSync(from, whole);
  renameSync(whole, to);
}
