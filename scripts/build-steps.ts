import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DebianPackage, ensurePackages } from './debian';
import { run } from './exec';
import { Failure } from './failure';
import { withLock } from './lock';
import { fromRoot, inRoot, logDirectory, stampDirectory } from './paths';
import { isFresh, snapshot, type Subject, writeStamp } from './stamp';
import { lastLines } from './text';

/** One part of the product, made by one command from files of its own. */
export interface BuildStep {
  name: string;
  packages: readonly DebianPackage[];
  argv: readonly string[];
  subject: Omit<Subject, 'key'>;
  /** What the command would leave in place though it should go. */
  stale?: readonly string[];
}

export const compiler: readonly DebianPackage[] = [
  { name: 'gcc', command: 'gcc' },
  { name: 'libc6-dev' },
  { name: 'make', command: 'make' },
  { name: 'pkg-config', command: 'pkg-config' },
  { name: 'liburcu-dev' },
  { name: 'libjemalloc-dev' },
];

const node = process.execPath;

const native: BuildStep = {
  name: 'native',
  packages: compiler,
  argv: ['make', '-s', '-C', 'kernel', '-j2'],
  subject: {
    inputs: [inRoot('kernel')],
    ignored: /^(tests|man)$|\.md$/,
    outputs: ['slmbxd', 'libslmbx.a', 'libslmbx.so'].map((name) => inRoot('build', 'native', name)),
  },
};

const addon: BuildStep = {
  name: 'addon',
  packages: compiler,
  argv: ['make', '-s', '-C', 'syscall-bindings'],
  subject: {
    inputs: [
      inRoot('syscall-bindings'),
      inRoot('kernel', 'lib'),
      inRoot('kernel', 'include'),
      inRoot('kernel', 'build.mk'),
      inRoot('package-lock.json'),
    ],
    ignored: /^(prebuilds|build|node_modules|man)$|\.(spec|test)\.ts$|\.md$/,
    outputs: [inRoot('syscall-bindings', 'prebuilds', `linux-${process.arch}`)],
  },
};

const api: BuildStep = {
  name: 'api',
  packages: [],
  argv: [node, inRoot('node_modules', '@bufbuild', 'buf', 'bin', 'buf'), 'generate'],
  subject: {
    inputs: [inRoot('proto'), inRoot('buf.yaml'), inRoot('buf.gen.yaml'), inRoot('package-lock.json')],
    outputs: [inRoot('src', 'generated')],
  },
};

const service: BuildStep = {
  name: 'service',
  packages: [],
  argv: [node, inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  subject: {
    inputs: [
      inRoot('src'),
      inRoot('syscall-bindings', 'index.d.ts'),
      inRoot('tsconfig.json'),
      inRoot('tsconfig.build.json'),
      inRoot('package-lock.json'),
    ],
    ignored: /\.spec\.ts$/,
    outputs: [inRoot('dist', 'main.js'), inRoot('dist', 'cli', 'main.js')],
  },
  // Without its record of the last time the compiler writes every file, and no file outlives its source.
  stale: [inRoot('dist'), inRoot('build', 'tsconfig.build.tsbuildinfo')],
};

/** The product and its end-to-end tests in a file each, for guests. Only tests need it. */
const bundle: BuildStep = {
  name: 'bundle',
  packages: [],
  argv: [node, inRoot('build', 'scripts', 'bundle.js')],
  subject: {
    inputs: [
      ...service.subject.inputs,
      inRoot('package.json'),
      inRoot('proto'),
      inRoot('scripts', 'bundle.ts'),
      inRoot('syscall-bindings'),
      inRoot('test'),
    ],
    ignored: /^(build|node_modules)$|\.md$/,
    outputs: [inRoot('build', 'bundle', 'dist', 'main.js'), inRoot('build', 'bundle', 'test')],
  },
};

/** In the order they need each other. */
export const buildSteps: readonly BuildStep[] = [native, addon, api, service];

/** For a guest. */
export const guestBuildSteps: readonly BuildStep[] = [...buildSteps, bundle];

function stampOf(step: BuildStep): string {
  return join(stampDirectory, `${step.name}.json`);
}

/** Which Node runs a step makes no difference to what it makes. */
function subjectOf(step: BuildStep): Subject {
  const words = step.argv.map((word) => (word === process.execPath ? 'node' : word));
  return { ...step.subject, key: words.join(' ') };
}

async function build(step: BuildStep): Promise<void> {
  await ensurePackages(step.packages, `building ${step.name}`);
  console.log(`slmbx: building ${step.name}`);
  const log = join(logDirectory, `build-${step.name}.log`);
  for (const path of [log, stampOf(step), ...(step.stale ?? [])]) rmSync(path, { recursive: true, force: true });
  const inputs = snapshot(subjectOf(step));
  const { code } = await run(step.argv, { log });
  if (code !== 0) {
    throw new Failure(
      `building ${step.name} failed; its output is in ${fromRoot(log)}, which ends:\n${lastLines(log, 8)}`,
    );
  }
  const absent = step.subject.outputs.filter((path) => !existsSync(path)).map(fromRoot);
  if (absent.length > 0) throw new Failure(`building ${step.name} left no ${absent.join(', ')}; see ${fromRoot(log)}`);
  writeStamp(stampOf(step), inputs);
}

/** One at a time builds in this checkout. */
export function withBuildLock<T>(task: () => Promise<T>): Promise<T> {
  mkdirSync(logDirectory, { recursive: true });
  return withLock(inRoot('build', 'build.lock'), 'waiting for another run to finish building', task);
}

/** Builds what isn't there, or was made from something else. */
export async function ensureBuilt(steps: readonly BuildStep[] = buildSteps): Promise<void> {
  const isStale = (step: BuildStep): boolean => !isFresh(stampOf(step), subjectOf(step));
  if (!steps.some(isStale)) return;
  await withBuildLock(async () => {
    for (const step of steps) if (isStale(step)) await build(step);
  });
}
