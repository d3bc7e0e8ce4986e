import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, withFolder } from './processes';

/** The measuring program, as `bench/native/kernel/main.c` says. */
const PROGRAM = join(root, 'build', 'native', 'bench', 'kernel', 'kernel');
const COUNTER = join(root, 'build', 'native', 'bench', 'count', 'count.so');
const TIMEOUT_S = 1_800;
const MEMORY_MB = 2_048;

/** A measured stretch, a line of the program. */
export interface Sample {
  readonly what: string;
  readonly variant: number;
  readonly mechanism: string;
  readonly operations: number;
  readonly ns: number;
}

/** One whose instructions were counted. */
export interface CountedSample extends Sample {
  /** A string instruction is one, however often it repeats. */
  readonly instructions: number;
  /** What string instructions repeat, beyond the first time of each. */
  readonly repeats: number;
  /** With a profile: executions of each address. */
  readonly places: ReadonlyMap<bigint, number>;
}

export interface Run<S> {
  readonly samples: readonly S[];
  /** The program's other lines, in fields. */
  readonly lines: readonly (readonly string[])[];
}

/** Boots the kernel with the system calls and runs the program, or another command, as root. */
function boot(command: readonly string[], cpus: number, qemu: string): string {
  const argv = ['--kernel', 'syscall', '--timeout', `${TIMEOUT_S}`, '--memory', `${MEMORY_MB}`, '--cpus', `${cpus}`];
  const result = spawnSync(join(root, 'kernel', 'vm', 'run'), [...argv, '--', ...command], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, SLMBX_ENGINE: 'syscall', SLMBX_QEMU_ARGS: qemu },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command.join(' ')} in the guest ended with ${result.status}`);
  return result.stdout;
}

function parse(output: string): Run<Sample> {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const samples = lines
    .filter(([kind]) => kind === 'sample')
    .map(([, what = '', variant, mechanism = '', operations, ns]) => ({
      what,
      variant: Number(variant),
      mechanism,
      operations: Number(operations),
      ns: Number(ns),
    }));
  return { samples, lines: lines.filter(([kind]) => kind !== 'sample') };
}

/** By the clock, on as many CPUs as asked for. */
export function timeInGuest(measures: readonly string[], cpus: number): Run<Sample> {
  return parse(boot([PROGRAM, 'limits=1', ...measures], cpus, ''));
}

interface Mark {
  instructions: number;
  repeats: number;
  places: Map<bigint, number>;
}

/** The plugin's file; `bench/native/count/count.c` says what it has. */
function readMarks(file: string): Mark[] {
  const marks: Mark[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [kind, first = '', second = ''] = line.split(' ');
    if (kind === 'mark') marks.push({ instructions: Number(first), repeats: Number(second), places: new Map() });
    else if (kind === 'at') marks.at(-1)?.places.set(BigInt(`0x${first}`), Number(second));
  }
  return marks;
}

/** The n-th sample is what lies between marks 2n and 2n + 1. */
function withCounts(run: Run<Sample>, marks: readonly Mark[]): Run<CountedSample> {
  if (marks.length !== 2 * run.samples.length) {
    throw new Error(`${run.samples.length} samples have ${marks.length} marks`);
  }
  const samples = run.samples.map((sample, i) => {
    const begin = marks[2 * i];
    const end = marks[2 * i + 1];
    if (begin === undefined || end === undefined) throw new RangeError('no mark');
    return {
      ...sample,
      instructions: end.instructions - begin.instructions,
      repeats: end.repeats - begin.repeats,
      places: end.places,
    };
  });
  return { ...run, samples };
}

/**
 * By the instruction, on one CPU whose clock goes by instructions too, so that interrupts come after as many of them
 * however busy the host is.
 */
export function countInGuest(measures: readonly string[], profile = false): Promise<Run<CountedSample>> {
  return withFolder((folder) => {
    const out = join(folder, 'marks');
    const plugin = `${COUNTER},out=${out}${profile ? ',profile=on' : ''}`;
    const qemu = `-accel tcg,thread=single -cpu max -icount shift=0,sleep=off -plugin ${plugin}`;
    const run = parse(boot([PROGRAM, 'limits=1', ...measures], 1, qemu));
    return Promise.resolve(withCounts(run, readMarks(out)));
  });
}

/** A function of the guest's kernel. */
export interface KernelSymbol {
  readonly address: bigint;
  readonly name: string;
}

/** The guest's kernel is always at the same addresses. */
export function symbolsOfGuest(): KernelSymbol[] {
  return boot(['cat', '/proc/kallsyms'], 1, '')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([, type = '']) => 'tT'.includes(type))
    .map(([address = '', , name = '']) => ({ address: BigInt(`0x${address}`), name }))
    .sort((left, right) => (left.address < right.address ? -1 : left.address > right.address ? 1 : 0));
}
