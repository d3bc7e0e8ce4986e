import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Failure } from './failure';

/**
 * Runs `task` while holding an exclusive flock(2) on `path`. The lock belongs to a file description of this process, so
 * it ends with the process however that ends.
 */
export async function withLock<T>(path: string, waiting: string, task: () => T | Promise<T>): Promise<T> {
  const fd = openSync(path, 'a');
  try {
    if (!(await flock(fd, ['-n']))) {
      console.log(`slmbx: ${waiting}`);
      if (!(await flock(fd, []))) throw new Failure('interrupted while waiting for another run');
    }
    return await task();
  } finally {
    closeSync(fd);
  }
}

/** flock(1) locks the description it inherits as 3, which is ours. Without the program there is no lock. */
async function flock(fd: number, options: string[]): Promise<boolean> {
  try {
    const child = spawn('flock', ['-x', ...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0;
  } catch {
    return true;
  }
}
