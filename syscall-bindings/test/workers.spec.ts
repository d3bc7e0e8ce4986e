import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { inChild } from './support/child';

/* The add-on in worker threads: several at once, ended at any time, and without one in the main thread. */

const MIB = 1024 * 1024;
const entry = JSON.stringify(require.resolve('slmbx-bindings'));

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => slmbx.init(8, 2));
afterEach(() => slmbx.shutdown());

function start(body: string): Worker {
  const code = `const { parentPort } = require('node:worker_threads'); const slmbx = require(${entry}); ${body}`;
  return new Worker(code, { eval: true });
}

/** What the worker posts first, once it has ended by itself. */
async function result(worker: Worker): Promise<unknown> {
  const [[message]] = (await Promise.all([once(worker, 'message'), once(worker, 'exit')])) as [[unknown], unknown];
  return message;
}

it('takes every message of several senders once, in several receivers', async () => {
  const SENDERS = 3;
  const EACH = 2000;
  slmbx.create(1);
  const senders = Array.from({ length: SENDERS }, (_, sender) =>
    start(`for (let i = 0; i < ${EACH}; i++) slmbx.send(1, Buffer.from('${sender}:' + i)); parentPort.postMessage(0);`),
  );
  const receivers = Array.from({ length: 3 }, () =>
    start(`
      const seen = [];
      for (let idle = 0; idle < 200; ) {
        try {
          seen.push(slmbx.recv(1).toString());
          idle = 0;
        } catch (error) {
          if (error.code !== 'ESRCH') throw error;
          idle++;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        }
      }
      parentPort.postMessage(seen);`),
  );
  await Promise.all(senders.map(result));
  const seen = (await Promise.all(receivers.map(result))) as string[][];
  const rest: string[] = [];
  while (slmbx.count(1) > 0) rest.push(slmbx.recv(1).toString());

  const all = [...seen.flat(), ...rest];
  expect(all).toHaveLength(SENDERS * EACH);
  expect(new Set(all).size).toBe(SENDERS * EACH);
  for (const one of seen) {
    for (let sender = 0; sender < SENDERS; sender++) {
      const order = one.filter((text) => text.startsWith(`${sender}:`)).map((text) => Number(text.slice(2)));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
  }
});

it('takes every message of batches once, received and leased in several workers', async () => {
  const BATCHES = 200;
  const EACH = 20;
  slmbx.create(1);
  const senders = Array.from({ length: 2 }, (_, sender) =>
    start(`
      for (let i = 0; i < ${BATCHES}; i++) {
        slmbx.sendBatch(1, Array.from({ length: ${EACH} }, (_, j) => ({ data: Buffer.from('${sender}:' + i + ':' + j) })));
      }
      parentPort.postMessage(0);`),
  );
  const receivers = ['{ maxMessages: 7 }', '{ maxMessages: 9, lease: 10n ** 15n }'].map((options) =>
    start(`
      const seen = [];
      for (let idle = 0; idle < 200; idle++) {
        const deliveries = slmbx.recvBatch(1, ${options});
        if (deliveries.length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        else idle = 0;
        const items = deliveries.map(({ sequence, token }) => ({ sequence, token, action: 'acknowledge' }));
        if (items[0]?.token && slmbx.settle(1, items).some(Boolean)) throw new Error('stale');
        for (const { data } of deliveries) seen.push(data.toString());
      }
      parentPort.postMessage(seen);`),
  );
  const [, seen] = await Promise.all([Promise.all(senders.map(result)), Promise.all(receivers.map(result))]);
  const all = (seen as string[][]).flat();
  const rest = slmbx.stat(1);
  while (slmbx.count(1) > 0) all.push(...slmbx.recvBatch(1, { maxMessages: 1024 }).map(({ data }) => data.toString()));
  expect(all).toHaveLength(2 * BATCHES * EACH);
  expect(new Set(all).size).toBe(all.length);
  expect(rest.leased).toBe(0n);
});

it('keeps the uid of a call within its thread', async () => {
  const workers = [0, 65533, 65534].map((uid) =>
    start(`
      const options = { uid: ${uid} };
      for (let i = 0; i < 300; i++) {
        const id = ${uid} * 1000 + i + 1;
        slmbx.create(id, true, options);
        if (slmbx.stat(id, options).owner !== ${uid}) throw new Error('owner of ' + id);
      }
      parentPort.postMessage('done');`),
  );
  slmbx.create(999_999_999);
  expect(slmbx.stat(999_999_999).owner).toBe(process.getuid!());
  expect(await Promise.all(workers.map(result))).toEqual(['done', 'done', 'done']);
});

it('ends with its worker at any moment', async () => {
  slmbx.create(1);
  slmbx.create(2);
  for (let round = 0; round < 12; round++) {
    const size = round % 2 === 0 ? 100 : 2 * MIB;
    const workers = [1, 2].map((id) =>
      start(`
        const message = Buffer.alloc(${size}, 1);
        const kept = [];
        parentPort.postMessage('running');
        for (;;) {
          slmbx.send(${id}, message);
          kept[kept.length % 8] = slmbx.recv(${id});
        }`),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    await delay(round);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  // A worker ended between send and recv leaves its message; nothing else may be left.
  expect(slmbx.count(1)).toBeLessThanOrEqual(12);
  slmbx.send(1, Buffer.from('still here'));
  expect(slmbx.count(1)).toBeGreaterThan(0);
});

it('throws the same errors in a worker', async () => {
  const worker = start(`
    try {
      slmbx.count(77);
    } catch (error) {
      parentPort.postMessage([error.name, error.code, error.message, error instanceof slmbx.SlmbxError]);
    }`);
  expect(await result(worker)).toEqual(['SlmbxError', 'ENOENT', 'ENOENT: no such mailbox, slmbx_count 77', true]);
});

it('loads in workers alone, one after another, and the process ends well', async () => {
  const seen = await inChild(
    daemon.socket,
    `const { Worker } = require('node:worker_threads');
     const { once } = require('node:events');
     const codes = [];
     for (let i = 0; i < 5; i++) {
       const code =
         'const slmbx = require(' + JSON.stringify(${entry}) + ');' +
         'slmbx.create(' + i + ' + 100); slmbx.send(' + i + ' + 100, Buffer.alloc(${2 * MIB}));' +
         'globalThis.kept = slmbx.recv(' + i + ' + 100);';
       const worker = new Worker(code, { eval: true });
       codes.push((await once(worker, 'exit'))[0]);
     }
     return codes;`,
    { bare: true },
  );
  expect(seen).toEqual([0, 0, 0, 0, 0]);
  expect(slmbx.count(104)).toBe(0);
});
