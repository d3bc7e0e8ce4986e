import { dirname } from 'node:path';
import { type Daemon, startDaemon } from '../../test/support/daemon';
import { inChild } from './support/child';

/* Memory of a process that does nothing but call. Each case has a node of its own, with the collector at hand. */

const MIB = 1024 * 1024;
const packageDirectory = dirname(require.resolve('slmbx-bindings/package.json'));

/** In the child: memory in bytes as the kernel counts it, mappings, and a collection that runs finalisers too. */
const MEASURES = `
  const { readFileSync } = require('node:fs');
  const field = (name) => 1024 * Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const resident = () => field('VmRSS');
  const mappings = () => readFileSync('/proc/self/maps', 'utf8').split('\\n').length;
  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  slmbx.init(8, 2);
  slmbx.create(1);`;

let daemon: Daemon;

beforeEach(async () => {
  daemon = await startDaemon();
});
afterEach(() => daemon.stop());

function measured(body: string): Promise<unknown> {
  return inChild(daemon.socket, MEASURES + body, { flags: ['--expose-gc'] });
}

it('stays flat over a hundred thousand messages', async () => {
  const grown = await measured(`
    const message = Buffer.alloc(100, 1);
    const pass = (times) => {
      for (let i = 0; i < times; i++) {
        slmbx.send(1, message);
        slmbx.recv(1);
      }
    };
    pass(20_000);
    await settle();
    const before = resident();
    pass(100_000);
    await settle();
    return resident() - before;`);
  expect(grown).toBeLessThan(16 * MIB);
});

it('stays flat over a hundred thousand failures', async () => {
  const grown = await measured(`
    const message = Buffer.alloc(100, 1);
    const pass = (times) => {
      for (let i = 0; i < times; i++) {
        if (codeOf(() => slmbx.recv(1)) !== 'ESRCH') throw new Error('not empty');
        if (codeOf(() => slmbx.send(2, message)) !== 'ENOENT') throw new Error('not absent');
      }
    };
    pass(10_000);
    await settle();
    const before = resident();
    pass(50_000);
    await settle();
    return resident() - before;`);
  expect(grown).toBeLessThan(16 * MIB);
});

it('bounds what a loop that never yields takes for long messages', async () => {
  const grown = await measured(`
    const message = Buffer.alloc(${2 * MIB}, 1);
    const before = resident();
    let peak = 0;
    for (let i = 0; i < 400; i++) {
      slmbx.send(1, message);
      slmbx.recv(1);
      peak = Math.max(peak, resident());
    }
    return peak - before;`);
  expect(grown).toBeLessThan(400 * MIB);
});

it('gives back the memory of long messages', async () => {
  const result = await measured(`
    const message = Buffer.alloc(${2 * MIB}, 1);
    const pass = async (times) => {
      for (let i = 0; i < times; i++) {
        slmbx.send(1, message);
        slmbx.recv(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await settle();
    };
    await pass(20);
    const before = { resident: resident(), mappings: mappings() };
    await pass(200);
    return { resident: resident() - before.resident, mappings: mappings() - before.mappings };`);
  expect(result).toEqual({ resident: expect.any(Number) as number, mappings: expect.any(Number) as number });
  const { resident, mappings } = result as { resident: number; mappings: number };
  expect(resident).toBeLessThan(32 * MIB);
  expect(mappings).toBeLessThan(32);
});

it('gives back what workers held when they ended', async () => {
  const grown = await measured(`
    const { Worker } = require('node:worker_threads');
    const { once } = require('node:events');
    const body =
      'const slmbx = require(' + ${JSON.stringify(JSON.stringify(packageDirectory))} + '); const kept = [];' +
      'for (let i = 0; i < 4; i++) { slmbx.send(1, Buffer.alloc(${2 * MIB}, i)); kept.push(slmbx.recv(1)); }' +
      'slmbx.send(1, Buffer.alloc(1000)); slmbx.recv(1);';
    const pass = async (times) => {
      for (let i = 0; i < times; i++) await once(new Worker(body, { eval: true }), 'exit');
      await settle();
      return { size: field('VmSize'), mappings: mappings() };
    };
    const before = await pass(4);
    const after = await pass(20);
    return [after.size - before.size, after.mappings - before.mappings];`);
  const [size, count] = grown as [number, number];
  expect(size).toBeLessThan(64 * MIB);
  expect(count).toBeLessThan(32);
});

it('keeps what a long message holds for as long as it is in use', async () => {
  const sums = await measured(`
    const kept = [];
    for (let i = 0; i < 20; i++) {
      slmbx.send(1, Buffer.alloc(${2 * MIB}, i));
      kept.push(slmbx.recv(1).subarray(${MIB}));
      await settle();
    }
    return kept.map((bytes, i) => bytes.every((byte) => byte === i));`);
  expect(sums).toEqual(Array.from({ length: 20 }, () => true));
});

it('tells V8 of the memory of long messages', async () => {
  const [held, after] = (await measured(`
    slmbx.send(1, Buffer.alloc(${16 * MIB}, 1));
    await settle();
    const external = () => process.memoryUsage().external;
    const before = external();
    let received = slmbx.recv(1);
    const held = external() - before;
    received = undefined;
    await settle();
    return [held, external() - before];`)) as [number, number];
  expect(held).toBeGreaterThan(15 * MIB);
  expect(after).toBeLessThan(MIB);
});

it('reserves no address space for lengths that may be', async () => {
  const grown = await measured(`
    slmbx.send(1, Buffer.from('small'));
    const before = field('VmSize');
    slmbx.recv(1, { maxLength: 4294967295 });
    return field('VmSize') - before;`);
  expect(grown).toBeLessThan(16 * MIB);
});

it('answers ENOMEM where there is no room for the message, and leaves it', async () => {
  const seen = await measured(`
    const { execFileSync } = require('node:child_process');
    const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + bytes + ':']);
    slmbx.send(1, Buffer.alloc(${64 * MIB}, 7));
    slmbx.send(1, Buffer.from('second'));
    await settle();
    limit(field('VmSize') + ${32 * MIB});
    const code = codeOf(() => slmbx.recv(1));
    const { message, syscall } = (() => {
      try {
        return slmbx.recv(1);
      } catch (error) {
        return error;
      }
    })();
    const waiting = slmbx.count(1);
    limit('unlimited');
    const first = slmbx.recv(1);
    return [code, message, syscall, waiting, first.byteLength, first.every((b) => b === 7), slmbx.recv(1).toString()];`);
  expect(seen).toEqual(['ENOMEM', 'ENOMEM: out of memory, slmbx_recv 1', 'slmbx_recv', 2, 64 * MIB, true, 'second']);
});
