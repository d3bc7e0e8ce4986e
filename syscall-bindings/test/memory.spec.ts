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

it('stays flat over a hundred thousand messages in batches', async () => {
  const grown = await measured(`
    const messages = Array.from({ length: 100 }, () => ({ data: Buffer.alloc(100, 1), timeToLive: 10n ** 15n }));
    const pass = async (times) => {
      for (let i = 0; i < times; i++) {
        slmbx.sendBatch(1, messages);
        slmbx.recvBatch(1, { maxMessages: 1, peek: true });
        const items = slmbx.recvBatch(1, { maxMessages: 50, lease: 10n ** 15n });
        slmbx.settle(1, items.map(({ sequence, token }) => ({ sequence, token, action: 'acknowledge' })));
        slmbx.recvBatch(1, { maxMessages: 50 });
        slmbx.list();
        if (i % 50 === 0) await settle();
      }
      await settle();
    };
    await pass(200);
    const before = resident();
    await pass(1000);
    if (slmbx.stat(1).sent !== 120_000n || slmbx.stat(1).count !== 0n) throw new Error('lost');
    return resident() - before;`);
  expect(grown).toBeLessThan(16 * MIB);
});

it('stays flat over batches that fail', async () => {
  const grown = await measured(`
    const item = { sequence: 1n, token: 1n, action: 'release' };
    slmbx.send(1, Buffer.alloc(100));
    const pass = (times) => {
      for (let i = 0; i < times; i++) {
        if (codeOf(() => slmbx.recvBatch(1, { maxBytes: 99 })) !== 'EMSGSIZE') throw new Error('fits');
        if (codeOf(() => slmbx.sendBatch(2, [{ data: Buffer.alloc(100) }])) !== 'ENOENT') throw new Error('not absent');
        if (slmbx.settle(1, [item, item])[1].code !== 'ESTALE') throw new Error('settled');
        if (codeOf(() => slmbx.settle(1, [item, { ...item, token: 1 }])) === 'ok') throw new Error('taken');
      }
    };
    pass(5000);
    await settle();
    const before = resident();
    pass(20_000);
    await settle();
    return resident() - before;`);
  expect(grown).toBeLessThan(16 * MIB);
});

it('holds no more for small messages than they take', async () => {
  const held = await measured(`
    const kept = [];
    const external = () => process.memoryUsage().external;
    await settle();
    const before = external();
    for (let i = 0; i < 1000; i++) {
      slmbx.send(1, Buffer.alloc(100, 1));
      kept.push(slmbx.recvBatch(1));
    }
    await settle();
    const held = external() - before;
    return kept.length === 1000 ? held : -1;`);
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(2 * MIB);
});

it('answers ENOMEM where there is no room for the first message of a batch, and leaves it', async () => {
  const seen = await measured(`
    const { execFileSync } = require('node:child_process');
    const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + bytes + ':']);
    slmbx.send(1, Buffer.alloc(${64 * MIB}, 7));
    slmbx.send(1, Buffer.from('second'));
    await settle();
    limit(field('VmSize') + ${32 * MIB});
    const codes = [{}, { peek: true }, { lease: 10n ** 15n }].map((options) => codeOf(() => slmbx.recvBatch(1, options)));
    const { count, leased } = slmbx.stat(1);
    limit('unlimited');
    const [first] = slmbx.recvBatch(1, { maxMessages: 2 });
    const [second] = slmbx.recvBatch(1);
    return [codes, Number(count), Number(leased), first.data.every((b) => b === 7), second.data.toString()];`);
  expect(seen).toEqual([['ENOMEM', 'ENOMEM', 'ENOMEM'], 2, 0, true, 'second']);
});

it('loses no message where the stack ends', async () => {
  const seen = await measured(`
    const messages = Array.from({ length: 1000 }, (_, i) => ({ data: Buffer.from(String(i)) }));
    const received = new Array(20_000);
    let count = 0;
    let last;
    let failures = 0;
    const receive = () => {
      try {
        last = slmbx.recvBatch(1);
        if (last.length === 1) received[count++] = last[0];
      } catch (error) {
        if (!(error instanceof RangeError)) failures += 1000;
        failures++;
      }
    };
    const dive = () => {
      try {
        dive();
      } catch {}
      receive();
    };
    for (let i = 0; i < 20; i++) {
      slmbx.sendBatch(1, messages);
      dive();
      while (slmbx.count(1) > 0) receive();
    }
    return [count, received.every(({ data }, i) => data.toString() === String(i % 1000)), failures];`);
  const [count, inOrder, failures] = seen as [number, boolean, number];
  expect([count, inOrder]).toEqual([20_000, true]);
  expect(failures).toBeGreaterThan(0);
});
