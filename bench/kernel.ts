import { availableParallelism } from 'node:os';
import { countInGuest, type CountedSample, type Sample, timeInGuest } from './guest';
import { profileKernel } from './kernel-profile';
import { Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 9;
const MAILBOXES = 1_000_000;
const MESSAGES = 4_000;
const PIECES = 50_000;

const SLMBX = 'slmbx';
const PEERS = ['pipe', 'mq', 'sysv', 'seqpacket'] as const;

/** The system calls inside a guest, beside the mechanisms Linux has: instructions, time, memory. */
export async function kernel(options: ReadonlySet<string>): Promise<void> {
  if (options.has('profile')) return profileKernel();
  const { samples, lines } = await countInGuest([
    `pair=${ROUNDS}`,
    `contention=${MESSAGES}`,
    `memory=${PIECES}`,
    `mailboxes=${MAILBOXES}`,
    `charged=${ROUNDS}`,
  ]);
  const counted = per(samples, (sample) => sample.instructions);
  const repeated = per(samples, (sample) => sample.instructions + sample.repeats);
  printPairs(`Instructions of a send and a receive, median of ${ROUNDS} rounds`, 'pair', counted);
  printPairs('The same by a process in a memory cgroup', 'charged', counted);
  printRatios('The same outside one, with each repeat of a string instruction counted: ratios', repeated);
  printMailboxes(counted);
  printContention('Instructions a message, 4 senders and 4 receivers on one CPU', counted);
  printMemory(lines);

  const cpus = Math.min(availableParallelism(), 4);
  const timed = per(timeInGuest([`pair=${ROUNDS}`, `contention=${MESSAGES}`], cpus).samples, (sample) => sample.ns);
  printRatios('Time of a send and a receive in the guest: ratios', timed);
  printContention(`Time a message, 4 senders and 4 receivers on ${cpus} CPUs, ns`, timed);
}

/** By "what variant mechanism", an operation's part of each sample. */
function per<S extends Sample>(samples: readonly S[], value: (sample: S) => number): Samples<string> {
  const by = new Samples<string>();
  for (const sample of samples) by.add(keyOf(sample), value(sample) / sample.operations);
  return by;
}

function keyOf({ what, variant, mechanism }: Pick<CountedSample, 'what' | 'variant' | 'mechanism'>): string {
  return `${what} ${variant} ${mechanism}`;
}

const SIZES = [0, 64, 1_024, 8_192, 65_536] as const;

function cell(by: Samples<string>, key: string): string {
  return by.has(key) ? by.median(key).toFixed(0) : '-';
}

function ratioCell(by: Samples<string>, key: string, to: string): string {
  return by.has(key) && by.has(to) ? by.ratio(key, to).toFixed(2) : '-';
}

function printPairs(title: string, what: string, by: Samples<string>): void {
  printTable(
    title,
    ['bytes', SLMBX, 'libslmbx', ...PEERS, ...PEERS.map((peer) => `to ${peer}`)],
    SIZES.map((size) => [
      `${size}`,
      ...[SLMBX, 'libslmbx', ...PEERS].map((name) => cell(by, `${what} ${size} ${name}`)),
      ...PEERS.map((peer) => ratioCell(by, `${what} ${size} ${SLMBX}`, `${what} ${size} ${peer}`)),
    ]),
  );
}

function printRatios(title: string, by: Samples<string>): void {
  printTable(
    title,
    ['bytes', ...PEERS.map((peer) => `to ${peer}`)],
    SIZES.map((size) => [
      `${size}`,
      ...PEERS.map((peer) => ratioCell(by, `pair ${size} ${SLMBX}`, `pair ${size} ${peer}`)),
    ]),
  );
}

function printMailboxes(by: Samples<string>): void {
  const counts = [1, 1_000, MAILBOXES];
  const key = (count: number): string => `mailboxes ${count} ${SLMBX}`;
  printTable(
    'Instructions of a send and a receive of 64 bytes, each pair on a mailbox drawn at random',
    ['mailboxes', 'instructions', 'to one mailbox'],
    counts.map((count) => [count.toLocaleString('en'), cell(by, key(count)), ratioCell(by, key(count), key(1))]),
  );
}

function printContention(title: string, by: Samples<string>): void {
  printTable(
    title,
    ['queues', SLMBX, ...PEERS, ...PEERS.map((peer) => `to ${peer}`)],
    [1, 8].map((queues) => [
      `${queues}`,
      ...[SLMBX, ...PEERS].map((name) => cell(by, `contention ${queues} ${name}`)),
      ...PEERS.map((peer) => ratioCell(by, `contention ${queues} ${SLMBX}`, `contention ${queues} ${peer}`)),
    ]),
  );
}

function printMemory(lines: readonly (readonly string[])[]): void {
  const rows = lines.filter(([kind]) => kind === 'memory');
  printTable(
    'Kernel memory a piece, bytes: of slabs, of all pages, and the caches that grew most',
    ['piece', 'mechanism', 'pieces', 'slabs', 'pages', 'caches'],
    rows.map(([, what = '', mechanism = '', pieces = '', slabs, pages, caches = '']) => [
      what === 'queue' ? 'empty queue' : '64-byte message',
      mechanism,
      pieces,
      Number(slabs).toFixed(0),
      Number(pages).toFixed(0),
      caches,
    ]),
  );
}
