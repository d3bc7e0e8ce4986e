import { join } from 'node:path';
import * as slmbx from 'slmbx-bindings';
import { root } from './processes';

/*
 * Measured by bindings.ts, in a process of its own because libslmbx chooses its engine once a process. Prints a line a
 * sample: what, and nanoseconds.
 *
 *   bindings-calls overhead ROUNDS CALLS   the add-on's part of a call: without an engine it is all there is
 *   bindings-calls pair ROUNDS CALLS       a send and a receive on the daemon of SLMBX_SOCKET
 */

const MAILBOX = 78;
const SELF = 0xffffffff;
const SIZES = [0, 64, 1_024, 8_192, 65_536];

type Call = (...args: unknown[]) => unknown;

function time(calls: number, call: () => unknown): number {
  const started = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) call();
  return Number(process.hrtime.bigint() - started) / calls;
}

function sample(rounds: number, calls: number, measured: ReadonlyMap<string, () => unknown>): void {
  // The first round is the compiler's.
  for (let round = -1; round < rounds; round++) {
    for (const [name, call] of measured) {
      const ns = time(calls, call);
      if (round >= 0) console.log(`${name}\t${ns}`);
    }
  }
}

async function overhead(rounds: number, calls: number): Promise<void> {
  // Beneath the functions of the package, which would measure how they throw.
  const path = join(root, 'syscall-bindings', 'lib', 'native.js');
  const face = (await import(path)) as { loadAddon: () => Record<'engine' | 'count' | 'send', Call> };
  const native = face.loadAddon();
  const bytes = Buffer.alloc(64);
  const measured = new Map<string, () => unknown>([
    ['no argument', () => native.engine()],
    ['id, uid', () => native.count(MAILBOX, SELF)],
    ['id, Buffer, uid', () => native.send(MAILBOX, bytes, SELF)],
    ['id, and an error', () => codeOf(() => slmbx.count(MAILBOX))],
  ]);
  sample(rounds, calls, measured);
}

function codeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as slmbx.SlmbxError).code;
  }
}

function pair(rounds: number, calls: number): void {
  slmbx.init(8, 2);
  slmbx.create(MAILBOX);
  try {
    for (const size of SIZES) {
      const message = Buffer.alloc(size);
      const target = Buffer.alloc(size);
      const measured = new Map<string, () => unknown>([
        [`${size} recv`, () => (slmbx.send(MAILBOX, message), slmbx.recv(MAILBOX))],
        [`${size} recvInto`, () => (slmbx.send(MAILBOX, message), slmbx.recvInto(MAILBOX, target))],
      ]);
      sample(rounds, calls, measured);
    }
  } finally {
    slmbx.shutdown();
  }
}

const [mode, rounds, calls] = process.argv.slice(2);
if (mode === 'pair') pair(Number(rounds), Number(calls));
else void overhead(Number(rounds), Number(calls));
