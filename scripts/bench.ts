import { spawnSync } from 'node:child_process';
import { type BuildStep, buildSteps, compiler, ensureBuilt } from './build-steps';
import { ensurePackages } from './debian';
import { environment } from './exec';
import { inRoot, root } from './paths';

const programs: BuildStep = {
  name: 'bench-native',
  packages: compiler,
  argv: ['make', '-s', '-C', 'bench/native', '-j2'],
  subject: {
    inputs: [inRoot('bench', 'native'), inRoot('kernel')],
    ignored: /^(tests|man)$|\.md$/,
    outputs: [inRoot('build', 'native', 'bench')],
  },
};

const runner: BuildStep = {
  name: 'bench',
  packages: [],
  argv: [process.execPath, inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'bench/tsconfig.build.json'],
  subject: {
    inputs: [inRoot('bench'), inRoot('src'), inRoot('tsconfig.json'), inRoot('package-lock.json')],
    ignored: /^native$|\.spec\.ts$|\.md$/,
    outputs: [inRoot('build', 'bench', 'bench', 'main.js')],
  },
  stale: [inRoot('build', 'bench')],
};

/** A load generator, and a red-black tree. */
const packages = [{ name: 'nghttp2-client', command: 'h2load' }, { name: 'libbsd-dev' }];

/** Runs the benchmarks of these names, or all, and leaves their figures on the terminal. Returns the exit code. */
export async function bench(names: readonly string[]): Promise<number> {
  await ensurePackages(packages, 'what the benchmarks compare with');
  await ensureBuilt([...buildSteps, programs, runner]);
  const main = inRoot('build', 'bench', 'bench', 'main.js');
  const { status } = spawnSync(process.execPath, [main, ...names], { cwd: root, env: environment(), stdio: 'inherit' });
  return status ?? 1;
}
