import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './exec';

describe('run', () => {
  let directory: string;
  let log: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'slmbx-exec-'));
    log = join(directory, 'log');
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('returns standard output and the exit code, and logs both outputs', async () => {
    const result = await run(['sh', '-c', 'echo out; echo err >&2; exit 3'], { log, keepStdout: true });
    expect(result).toMatchObject({ code: 3, signal: undefined, timedOut: false, stdout: 'out\n' });
    expect(readFileSync(log, 'utf8')).toMatch(/out\n/);
    expect(readFileSync(log, 'utf8')).toMatch(/err\n/);
  });

  it('logs both outputs in their order where neither is returned', async () => {
    expect(await run(['sh', '-c', 'echo 1; echo 2 >&2; echo 3'], { log })).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(log, 'utf8')).toMatch(/\n1\n2\n3\n$/);
  });

  it('hands down no socket', async () => {
    expect(await run(['sh', '-c', '! ls -l /proc/$$/fd | grep socket:'], { log })).toMatchObject({ code: 0 });
  });

  it('tells a signal', async () => {
    expect(await run(['sh', '-c', 'kill -SEGV $$'], { log })).toMatchObject({ code: 128, signal: 'SIGSEGV' });
  });

  it('tells a program that is not there as a shell does', async () => {
    expect(await run([join(directory, 'none')], { log })).toMatchObject({ code: 127 });
  });

  it('gives no input', async () => {
    expect(await run(['cat'], { log, timeoutSeconds: 10, keepStdout: true })).toMatchObject({ code: 0, stdout: '' });
  });

  it('ends a program that is out of time, and what it started', async () => {
    const result = await run(['sh', '-c', 'sleep 600 & echo $!; wait'], { log, timeoutSeconds: 0.5, keepStdout: true });
    expect(result.timedOut).toBe(true);
    expect(result.code).not.toBe(0);
    await untilEnded(Number(result.stdout));
  });

  it('ends what a program left behind', async () => {
    const result = await run(['sh', '-c', 'sleep 600 & echo $!'], { log, timeoutSeconds: 60, keepStdout: true });
    expect(result).toMatchObject({ code: 0, timedOut: false });
    expect(result.seconds).toBeLessThan(30);
    await untilEnded(Number(result.stdout));
  });
});

/** An orphan may stay as a zombie until somebody asks for it. */
async function untilEnded(pid: number): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
    if (state === '' || state.startsWith('Z')) return;
    await delay(20);
  }
  throw new Error(`${pid} has not ended`);
}
