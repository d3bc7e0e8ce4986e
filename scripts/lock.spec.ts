import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from './lock';

describe('withLock', () => {
  let directory: string;
  let path: string;
  const isLocked = (): boolean => spawnSync('flock', ['-n', path, 'true']).status !== 0;

  const untilLocked = async (): Promise<void> => {
    while (!isLocked()) await delay(5);
  };

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

  it('waits for who holds it, and says so', async () => {
    const told = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const order: string[] = [];
    const first = withLock(path, 'waiting', async () => {
      while (told.mock.calls.length === 0) await delay(5);
      order.push('first');
    });
    await untilLocked();
    const second = withLock(path, 'waiting for the first', () => order.push('second'));
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(told.mock.calls).toEqual([['slmbx: waiting for the first']]);
    told.mockRestore();
  });

  it('lets go of it when the task fails', async () => {
    await expect(withLock(path, 'waiting', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isLocked()).toBe(false);
  });
});
