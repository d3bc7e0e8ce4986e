import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Daemon, startDaemon } from '../../test/support/daemon';
import { inChild } from './support/child';

/*
 * The add-on and libslmbx built with the address and undefined-behaviour sanitizers. A bad access ends the child; a leak
 * is reported, and Node has leaks of its own, so the reports are searched for the add-on.
 */

const run = promisify(execFile);
const MIB = 1024 * 1024;
const packageDirectory = dirname(require.resolve('slmbx-bindings/package.json'));
const sanitized = resolve(packageDirectory, '../build/native-asan/bindings');

let daemon: Daemon;
let env: Record<string, string>;
let reports: string;

beforeAll(async () => {
  daemon = await startDaemon();
  reports = await mkdtemp(join(tmpdir(), 'slmbx-reports-'));
  await run('make', ['-s', '-C', packageDirectory, 'SAN=asan']);
  const { stdout } = await run('gcc', ['-print-file-name=libasan.so']);
  env = {
    LD_PRELOAD: stdout.trim(),
    SLMBX_BINDINGS_PREBUILD: sanitized,
    // Frames by module: nothing has to resolve them to tell whose they are.
    ASAN_OPTIONS: 'symbolize=0',
    LSAN_OPTIONS: `exitcode=0:log_path=${join(reports, 'leaks')}`,
  };
}, 180_000);

afterAll(async () => {
  await daemon.stop();
  await rm(reports, { recursive: true });
});

afterEach(async () => {
  const names = await readdir(reports);
  const texts = await Promise.all(names.map((name) => readFile(join(reports, name), 'utf8')));
  const leaks = texts.flatMap((text) => text.split('\n\n')).filter((leak) => leak.includes('slmbx-bindings.napi'));
  await Promise.all(names.map((name) => rm(join(reports, name))));
  expect(leaks).toEqual([]);
});

/** Runs in the sanitized child, which checks that it is one. */
function checked(body: string): Promise<unknown> {
  const program = `
    const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
    if (!maps.includes('libasan') || !maps.includes(${JSON.stringify(sanitized)})) throw new Error('not sanitized');
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    ${body}`;
  return inChild(daemon.socket, program, { env, flags: ['--expose-gc'] });
}

it('finds nothing in calls that succeed, fail and are refused', async () => {
  const code = await checked(`
    slmbx.init(8, 2);
    for (let round = 0; round < 20; round++) {
      slmbx.create(1, true);
      for (const size of [0, 1, 100, 70_000, ${MIB}, ${MIB} + 1, ${3 * MIB}]) {
        const message = Buffer.alloc(size, 1);
        for (let i = 0; i < 4; i++) slmbx.send(1, message);
        slmbx.recv(1);
        slmbx.recv(1, { maxLength: size >> 1 });
        slmbx.recv(1, { maxLength: 0 });
        slmbx.recvInto(1, Buffer.alloc(64));
      }
      for (const size of [0, 100, 70_000, ${MIB} + 1]) {
        slmbx.sendBatch(1, [1, 2, 3, 4].map((byte) => ({ data: Buffer.alloc(size, byte), timeToLive: 10n ** 15n })));
        slmbx.recvBatch(1, { maxMessages: 3, peek: true });
        const [one, ...others] = slmbx.recvBatch(1, { lease: 10n ** 15n });
        if (others.length > 0) throw new Error('too many');
        const { sequence, token } = one;
        const settled = slmbx.settle(1, ['extend', 'release', 'release'].map((action) => ({ sequence, token, action, time: action === 'extend' ? 1_000_000_000n : 0n })));
        if (settled[2]?.code !== 'ESTALE') throw new Error('settled twice');
        for (let left = 4; left > 0; ) left -= slmbx.recvBatch(1, { maxMessages: 4 }).length;
      }
      slmbx.sendBatch(1, Array.from({ length: 1024 }, () => ({ data: Buffer.alloc(100), delay: 10n ** 15n })));
      if (slmbx.purge(1) !== 1024n) throw new Error('not purged');
      slmbx.setAttributes(1, { maxMessages: 1000n, maxBytes: 0n, maxDeliveries: 3, deadLetterId: 2 });
      slmbx.list();
      slmbx.list({ limit: 1 });
      slmbx.stat(1);
      slmbx.count(1);
      slmbx.engine();
      for (const call of [
        () => slmbx.recv(1),
        () => slmbx.length(1),
        () => slmbx.create(1),
        () => slmbx.create(0),
        () => slmbx.init(8, 2),
        () => slmbx.count(2),
        () => slmbx.stat(1, { uid: 65534 }),
        () => slmbx.send(1, Buffer.alloc(100), { uid: 65534 }),
        () => slmbx.sendBatch(1, Array.from({ length: 1001 }, () => ({ data: Buffer.alloc(1) }))),
        () => slmbx.sendBatch(1, [{ data: Buffer.alloc(1) }, { data: 'x' }]),
        () => slmbx.recvBatch(2, { lease: 1n }),
        () => slmbx.recvBatch(1, { lease: 1n, peek: true }),
        () => slmbx.settle(2, [{ sequence: 1n, token: 1n, action: 'release' }]),
        () => slmbx.setAttributes(1, { deadLetterId: 4294967295 }),
        () => slmbx.purge(1, { uid: 65534 }),
        () => slmbx.send(1, 'x'),
        () => slmbx.count(-1),
      ]) {
        if (codeOf(call) === 'ok') throw new Error('succeeded: ' + call);
      }
      slmbx.destroy(1);
      gc();
      await turn();
    }
    slmbx.shutdown();
    return codeOf(() => slmbx.count(1));`);
  expect(code).toBe('ENODEV');
});

it('finds nothing in memory that is lent when the process ends', async () => {
  const length = await checked(`
    slmbx.init(8, 2);
    slmbx.create(1);
    globalThis.kept = [];
    for (let i = 0; i < 100; i++) {
      slmbx.send(1, Buffer.alloc(${2 * MIB}, i));
      kept.push(slmbx.recv(1));
    }
    slmbx.shutdown();
    return kept.length;`);
  expect(length).toBe(100);
});

it('finds nothing in what the add-on itself is handed behind the back of its face', async () => {
  const thrown = await checked(`
    const native = require(${JSON.stringify(join(packageDirectory, 'lib', 'native.js'))}).loadAddon();
    const values = [undefined, null, 'x', 1n, {}, [], new Uint16Array(4), new ArrayBuffer(4), -1, NaN, 2 ** 40, Symbol(), [1], [Buffer.alloc(9)], new Array(9)];
    const results = [];
    for (const [name, call] of Object.entries(native)) {
      if (typeof call !== 'function' || name === 'engine') continue;
      results.push(codeOf(() => call()) !== 'ok');
      for (const a of values) for (const b of values) codeOf(() => call(a, b, 4294967295));
    }
    const self = 4294967295;
    const words = [...values, new BigUint64Array(0), new BigUint64Array(1), new BigUint64Array(8), new BigUint64Array(5000)];
    for (const one of words) {
      for (const count of [0, 1, 2, 1024, self]) {
        codeOf(() => native.recvv(1, Buffer.alloc(8), one, count, false, 0n, self));
        codeOf(() => native.list(0, count, one, self));
        codeOf(() => native.sendv(1, Array.from({ length: count % 5000 }, () => Buffer.alloc(1)), one, self));
      }
      codeOf(() => native.recvv(1, one, new BigUint64Array(8), 1, one, one, self));
      codeOf(() => native.settle(1, one, self));
      codeOf(() => native.sendv(1, one, new BigUint64Array(8), self));
      codeOf(() => native.setattr(1, 63, one, 2n ** 65n, 0, 0, 0, one, self));
    }
    return results;`);
  expect(thrown).not.toContain(false);
  expect(thrown).toContain(true);
});

it('finds nothing in workers that end, by themselves or not', async () => {
  const count = await checked(`
    const { Worker } = require('node:worker_threads');
    const { once } = require('node:events');
    slmbx.init(8, 2);
    const body = (id, end) =>
      "const slmbx = require(" + JSON.stringify(${JSON.stringify(packageDirectory)}) + ");" +
      "const { parentPort } = require('node:worker_threads');" +
      "slmbx.create(" + id + "); const kept = [];" +
      "for (let i = 0; i < 8; i++) { slmbx.send(" + id + ", Buffer.alloc(${2 * MIB})); kept.push(slmbx.recv(" + id + ")); }" +
      "parentPort.postMessage(0);" + end;
    let id = 1;
    for (let round = 0; round < 2; round++) {
      const ending = new Worker(body(id++, ''), { eval: true });
      const endless = new Worker(body(id, 'for (;;) slmbx.count(' + id++ + ');'), { eval: true });
      await Promise.all([once(ending, 'exit'), once(endless, 'message')]);
      await endless.terminate();
    }
    slmbx.shutdown();
    return id - 1;`);
  expect(count).toBe(4);
});
