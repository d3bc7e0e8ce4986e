import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock';

describe('withLock', () => {
  let directory: string;
  let path: string;
  const isLocked = (): boolean => spawnSync('flock', ['-n', path, 'true']).status !== 0;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'slmbx-lock-'));
    path = join(directory, 'lock');
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('holds the lock during the task and no longer', async () => {
    const during = await withLock(path, 'waiting', () => Promise.resolve(isLocked()));
    expect([during, isLocked()]).toEqual([true, false]);
  });

  it('lets go of it when the task fails', async () => {
    await expect(withLock(path, 'waiting', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isLocked()).toBe(false);
  });
});
