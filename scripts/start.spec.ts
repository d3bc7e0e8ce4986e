import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot, root } from './paths';

/** With a build from scratch, should there be none. */
const BUILD_MS = 240_000;
const READY_MS = 20_000;

/** One `npm start`. */
interface Start {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

describe('npm start', () => {
  let directory: string;
  const starts: Start[] = [];

  const environment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SLMBX_'));
    return {
      ...Object.fromEntries(inherited),
      npm_node_execpath: process.execPath,
      SLMBX_RUNTIME_DIR: directory,
      SLMBX_PORT: '0',
      ...extra,
    };
  };

  const runScript = (args: string[], extra?: Record<string, string>): Start => {
    const child = spawn('sh', ['scripts/run.sh', ...args], { cwd: root, env: environment(extra), stdio: 'pipe' });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const start = { child, output: () => text, ended };
    starts.push(start);
    return start;
  };

  const hasEnded = ({ child }: Start): boolean => child.exitCode !== null || child.signalCode !== null;

  const untilReady = async (start: Start, timeoutMs = READY_MS): Promise<void> => {
    const deadline = Date.now() + timeoutMs;
    while (!start.output().includes('"msg":"ready"')) {
      if (hasEnded(start)) throw new Error(`it ended: ${start.output()}`);
      if (Date.now() > deadline) throw new Error(`it is not ready: ${start.output()}`);
      await delay(10);
    }
  };

  const slmbx = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [inRoot('dist', 'cli', 'main.js'), ...args], {
      env: environment(),
      encoding: 'utf8',
      timeout: READY_MS,
    });
    if (status !== 0) throw new Error(`slmbx ${args.join(' ')}: ${stderr}`);
    return stdout;
  };

  const daemonPid = (): number => Number(readFileSync(join(directory, 'slmbxd.pid'), 'utf8'));
  const isDaemon = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'slmbx-start-'));
    await untilReady(runScript(['start']), BUILD_MS);
  }, BUILD_MS);

  afterAll(async () => {
    for (const start of starts) {
      if (!hasEnded(start)) start.child.kill('SIGKILL');
      await start.ended;
    }
    await runScript(['stop']).ended;
    rmSync(directory, { recursive: true });
  });

  it('tells the engine, the addresses and a command that works', () => {
    const output = starts[0]!.output();
    expect(output).toContain(`engine: slmbxd, started, pid ${daemonPid()}, on ${join(directory, 'slmbxd.sock')}`);
    expect(output).toContain(`service: on unix:${join(directory, 'slmbx.sock')} and 127.0.0.1, a free port`);
    expect(output).toMatch(/"tcp":\["127\.0\.0\.1:\d+"\]/);
    expect(output).toContain(`export SLMBX_RUNTIME_DIR=${directory}; npx slmbx create 42 &&`);
    slmbx('create', '42');
    slmbx('send', '42', 'hello');
    expect(slmbx('recv', '42')).toBe('hello');
  });

  it('refuses a busy port in one sentence that says what to do', async () => {
    const port = /127\.0\.0\.1:(\d+)/.exec(starts[0]!.output())![1]!;
    const second = runScript(['start'], { SLMBX_PORT: port, SLMBX_UNIX: 'off' });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(new RegExp(`^.*127\\.0\\.0\\.1:${port}.*SLMBX_PORT.*$`, 'm'));
  });

  it('hands its arguments to the service', async () => {
    const help = runScript(['start', '--help']);
    expect(await help.ended).toBe(0);
    expect(help.output()).toContain('--max-message-bytes');
    const wrong = runScript(['start', '--port', '65536']);
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toContain('65536');
  });

  it('ends by the signal it gets, at once, and leaves the daemon and its messages', async () => {
    const pid = daemonPid();
    slmbx('send', '42', 'kept');
    const first = starts[0]!;
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(isDaemon(pid)).toBe(true);
  });

  it('installs and builds nothing the next time, and takes what was there', async () => {
    const pid = daemonPid();
    const next = runScript(['start']);
    await untilReady(next);
    expect(next.output()).not.toMatch(/installing|building/);
    expect(next.output()).toContain(`already running, pid ${pid}`);
    expect(next.output()).not.toContain('initialised');
    expect(slmbx('recv', '42')).toBe('kept');
  });

  it('loses nothing when the service is killed', async () => {
    slmbx('send', '42', 'after all');
    const killed = starts.at(-1)!;
    killed.child.kill('SIGKILL');
    expect(await killed.ended).toBeNull();
    await untilReady(runScript(['start']));
    expect(slmbx('recv', '42')).toBe('after all');
  });

  it('starts one daemon, however many start at once', async () => {
    await runScript(['stop']).ended;
    const many = [1, 2, 3].map((n) => runScript(['start'], { SLMBX_UNIX: join(directory, `${n}.sock`) }));
    await Promise.all(many.map((start) => untilReady(start)));
    const outputs = many.map((start) => start.output());
    expect(outputs.filter((output) => output.includes('slmbxd, started'))).toHaveLength(1);
    expect(outputs.filter((output) => output.includes('initialised'))).toHaveLength(1);
  });

  it.each([
    ['a file', () => inRoot('package.json')],
    ['nowhere', () => '/proc/slmbx'],
  ])('refuses %s as its runtime directory in one sentence', async (_, place) => {
    const refused = runScript(['start'], { SLMBX_RUNTIME_DIR: place() });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/^slmbx: the runtime directory .* can't be used: .*; set SLMBX_RUNTIME_DIR .*\n$/);
  });

  it('refuses an engine it has not', async () => {
    const refused = runScript(['start'], { SLMBX_ENGINE: 'carrier-pigeon' });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/^slmbx: SLMBX_ENGINE=carrier-pigeon .*\n$/);
  });

  describe('npm stop', () => {
    it('ends the daemon and says so, once', async () => {
      const pid = daemonPid();
      const stop = runScript(['stop']);
      expect([await stop.ended, stop.output()]).toEqual([0, 'slmbx: slmbxd has ended\n']);
      expect(isDaemon(pid)).toBe(false);
      const again = runScript(['stop']);
      expect(await again.ended).toBe(0);
      expect(again.output()).toMatch(/^slmbx: no slmbxd started by `npm start` runs on/);
    });

    it('leaves a process alone that has the pid by now', async () => {
      const other = spawn('sleep', ['600']);
      try {
        writeFileSync(join(directory, 'slmbxd.pid'), `${other.pid}\n`);
        const stop = runScript(['stop']);
        expect(await stop.ended).toBe(0);
        expect(stop.output()).toMatch(/no slmbxd/);
        expect(other.exitCode ?? other.signalCode).toBeNull();
      } finally {
        other.kill();
      }
    });
  });
});

describe('run.sh', () => {
  it.each([
    ['v18.19.0', '18', /^slmbx: Node\.js 20 or newer is needed, and .*\/node is v18\.19\.0; install a newer one\.\n$/],
    ['nothing', '', /^slmbx: Node\.js 20 or newer is needed, and .*\/node does not run\.\n$/],
  ])('refuses a Node that says %s in one sentence', (version, major, sentence) => {
    const bin = mkdtempSync(join(tmpdir(), 'slmbx-node-'));
    try {
      const node = join(bin, 'node');
      writeFileSync(node, `#!/bin/sh\ncase $1 in -p) echo ${major};; *) echo ${version};; esac\n`, { mode: 0o755 });
      const { status, stdout, stderr } = spawnSync('sh', ['scripts/run.sh', 'test'], {
        cwd: root,
        env: { ...process.env, npm_node_execpath: node },
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(sentence);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });

  it('names what it can do when asked for something else', () => {
    const { status, stderr } = spawnSync('sh', ['scripts/run.sh', 'dance'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^slmbx: "dance" is none of start, stop, build, test, lint, bench\n$/);
  });
});
