import { type BuildStep, buildSteps, compiler, guestBuildSteps } from './build-steps';
import type { DebianPackage } from './debian';
import { check, endToEnd, type Level, type LevelCommand, libcheckTap, make } from './level';
import { inRoot } from './paths';

/** The kernels of kernel/vm. */
type Kernel = 'uml' | 'syscall' | 'debug' | 'module';

/** How long the stress test runs; by hand half an hour is better. */
const STRESS_SECONDS = 60;

/** For a guest, and for the minutes in which a kernel is built of which nothing is cached. */
const LEVEL_SECONDS = 2400;
const GUEST_SECONDS = 1800;

const vm: readonly DebianPackage[] = [
  ...compiler,
  check,
  { name: 'bc', command: 'bc' },
  { name: 'bison', command: 'bison' },
  { name: 'ccache', command: 'ccache' },
  { name: 'cpio', command: 'cpio' },
  { name: 'flex', command: 'flex' },
  { name: 'kmod', command: 'modprobe' },
  { name: 'libelf-dev' },
  { name: 'linux-source-6.1' },
  { name: 'qemu-system-x86', command: 'qemu-system-x86_64' },
  { name: 'util-linux', command: 'setpriv' },
  { name: 'xz-utils', command: 'xz' },
];

const native: readonly BuildStep[] = buildSteps.filter(({ name }) => name === 'native');
const run = inRoot('kernel', 'vm', 'run');
const timeout = ['--timeout', String(GUEST_SECONDS)];

/** A test program of build/native in a guest; what it prints is TAP. */
function inGuest(kernel: Kernel, name: string, program: string, ...words: string[]): LevelCommand {
  // An emulated CPU is some ten times slower, and one that checks itself slower still.
  const env = { ...libcheckTap, CK_TIMEOUT_MULTIPLIER: kernel === 'debug' ? '30' : '20' };
  const options = ['--kernel', kernel, ...timeout, ...Object.keys(env).flatMap((variable) => ['--env', variable])];
  return {
    name: `${name}-${kernel}`,
    argv: [run, ...options, '--', inRoot('build', 'native', program), ...words],
    reads: 'tap',
    env,
  };
}

function kunit(kernel: Kernel): LevelCommand {
  return { name: `kunit-${kernel}`, argv: [inRoot('kernel', 'vm', 'kunit'), '--kernel', kernel], reads: 'tap' };
}

function conformance(kernel: Kernel, engine: 'syscall' | 'device'): LevelCommand {
  return inGuest(kernel, `conformance-${engine}`, 'conformance', '--engine', engine);
}

function level(name: string, kernel: Kernel, programs: readonly string[], commands: readonly LevelCommand[]): Level {
  return {
    name,
    packages: vm,
    needs: native,
    prepare: [...programs.map((program) => make(`kernel/tests/${program}`)), [inRoot('kernel', 'vm', 'build'), kernel]],
    commands,
    // A guest of user-mode Linux has one CPU.
    parallel: kernel === 'uml',
    needsRoot: true,
    timeoutSeconds: LEVEL_SECONDS,
  };
}

/** End-to-end tests of the bundled service on the system calls of a guest, those whose path matches. */
function jest(kernel: Kernel, name: string, pattern: string, nodeOptions: readonly string[] = []): LevelCommand {
  const out = inRoot('build', 'logs', name);
  const report = `${out}/report.json`;
  const options = ['--kernel', kernel, ...timeout, '--memory', '2048', '--out', out];
  const command = [...nodeOptions, inRoot('node_modules', 'jest', 'bin', 'jest.js'), '-c', 'jest.bundle.config.js'];
  return {
    name,
    argv: [run, ...options, '--', process.execPath, ...command, '--json', `--outputFile=${report}`, pattern],
    reads: 'jest',
    report,
    env: { SLMBX_TEST_ENGINE: 'syscall', NODE_OPTIONS: '', FORCE_COLOR: '0' },
  };
}

function endToEndLevel(name: string, kernel: Kernel, commands: readonly LevelCommand[]): Level {
  return {
    ...level(name, kernel, [], commands),
    packages: [...vm, ...endToEnd],
    needs: guestBuildSteps,
    prepare: [make('proj1tests'), [inRoot('kernel', 'vm', 'build'), kernel]],
    parallel: true,
  };
}

/** Files of which the two guests of jest-uml each have about half, by time. */
const ONE_HALF = '(cli|client|limits|crash)\\.e2e';

/** In the order they run: the fast kernel first. */
export const kernelLevels: readonly Level[] = [
  {
    name: 'kernel-apply',
    packages: vm,
    needs: [],
    prepare: [],
    commands: [{ name: 'kernel-apply', argv: make('kernel/tests/apply', 'check'), reads: 'tap' }],
    timeoutSeconds: 900,
  },
  {
    name: 'kernel-build',
    packages: [...vm, { name: 'gcc-aarch64-linux-gnu', command: 'aarch64-linux-gnu-gcc' }, { name: 'sparse' }],
    needs: [],
    prepare: [],
    commands: [{ name: 'kernel-build', argv: [inRoot('kernel', 'vm', 'check-build'), 'arm64', 'x86'], reads: 'tap' }],
    timeoutSeconds: LEVEL_SECONDS,
  },
  level(
    'kernel-uml',
    'uml',
    ['conformance', 'stall', 'memcg'],
    [
      kunit('uml'),
      conformance('uml', 'syscall'),
      conformance('uml', 'device'),
      inGuest('uml', 'stall-syscall', 'stall', 'syscall'),
      inGuest('uml', 'stall-device', 'stall', 'device'),
      inGuest('uml', 'memcg', 'memcg'),
    ],
  ),
  endToEndLevel('jest-uml', 'uml', [
    jest('uml', 'jest-uml-1', `test/${ONE_HALF}`),
    jest('uml', 'jest-uml-2', `test/(?!${ONE_HALF})`),
  ]),
  level(
    'kernel-module',
    'module',
    ['conformance', 'device'],
    [conformance('module', 'device'), inGuest('module', 'device', 'device')],
  ),
  level(
    'kernel-debug',
    'debug',
    ['conformance', 'faults', 'stress'],
    [
      kunit('debug'),
      conformance('debug', 'syscall'),
      inGuest('debug', 'faults', 'faults'),
      inGuest('debug', 'stress', 'stress', '--engine', 'syscall', '--seconds', String(STRESS_SECONDS)),
    ],
  ),
  level('kernel-syscall', 'syscall', ['conformance'], [conformance('syscall', 'syscall')]),
  endToEndLevel('smoke-smp', 'syscall', [jest('syscall', 'smoke-smp', 'test/smoke', ['--jitless'])]),
];
