import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Failure } from './failure';

/**
 * Runs `task` while holding an exclusive flock(2) on `path`. The lock belongs to a file description of this process, so
 * it ends with the process however that ends.
 */
export async function withLock<T>(path: string, waiting: string, task: () => T | Promise<T>): Promise<T> {
  const fd = openSync(path, 'a');
  try {
    if (!flock(fd, ['-n'])) {
      console.log(`slmbx: ${waiting}`);
      if (!flock(fd, [])) throw new Failure('interrupted while waiting for another run');
    }
    return await task();
  } finally {
    closeSync(fd);
  }
}

/** flock(1) locks the description it inherits as 3, which is ours. Without the program there is no lock. */
function flock(fd: number, options: string[]): boolean {
  const { status, error } = spawnSync('flock', ['-x', ...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  return error !== undefined || status === 0;
}
