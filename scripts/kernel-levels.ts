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

/** What 32-bit programs are built with. `gcc-multilib` is not among it: that one has no room for cross compilers. */
const multilib: readonly DebianPackage[] = [{ name: 'gcc-12-multilib' }, { name: 'libc6-dev-i386' }];

const native: readonly BuildStep[] = buildSteps.filter(({ name }) => name === 'native');
const run = inRoot('kernel', 'vm', 'run');
const timeout = ['--timeout', String(GUEST_SECONDS)];

/** A command in a guest, whose tests print TAP. What it is told by its environment, the guest gets. */
function inGuest(
  kernel: Kernel,
  name: string,
  command: readonly string[],
  environment?: Record<string, string>,
): LevelCommand {
  // An emulated CPU is some ten times slower, and one that checks itself slower still.
  const env = { ...libcheckTap, CK_TIMEOUT_MULTIPLIER: kernel === 'debug' ? '30' : '20', ...environment };
  const options = ['--kernel', kernel, ...timeout, ...Object.keys(env).flatMap((variable) => ['--env', variable])];
  return { name: `${name}-${kernel}`, argv: [run, ...options, '--', ...command], reads: 'tap', env };
}

/** A program of build/native, or of another such folder. */
function program(name: string, folder = 'native'): string {
  return inRoot('build', folder, name);
}

function kunit(kernel: Kernel): LevelCommand {
  return { name: `kunit-${kernel}`, argv: [inRoot('kernel', 'vm', 'kunit'), '--kernel', kernel], reads: 'tap' };
}

type KernelEngine = 'syscall' | 'device';

function conformance(kernel: Kernel, engine: KernelEngine): LevelCommand {
  return inGuest(kernel, `conformance-${engine}`, [program('conformance'), '--engine', engine]);
}

/** The same suite as a 32-bit program, through the kernel's table of calls or ioctls for those. */
function conformance32(kernel: Kernel, engine: KernelEngine): LevelCommand {
  return inGuest(kernel, `conformance32-${engine}`, [program('conformance', 'native-m32'), '--engine', engine]);
}

function stall(kernel: Kernel, engine: KernelEngine): LevelCommand {
  return inGuest(kernel, `stall-${engine}`, [program('stall'), engine]);
}

function lib(kernel: Kernel, engine: KernelEngine): LevelCommand {
  const command = [program('tests/lib/test-lib'), engine];
  return inGuest(kernel, `lib-${engine}`, command, { LIBSLMBX: program('libslmbx.so') });
}

/** The drivers of proj1tests, as their README has it. */
function drivers(kernel: Kernel, engine: KernelEngine): LevelCommand {
  const script = 'cd "$1" && exec ./run_drivers ./driver_*';
  return inGuest(kernel, `proj1tests-${engine}`, ['sh', '-c', script, 'sh', program('proj1tests')], {
    SLMBX_ENGINE: engine,
  });
}

function tests(...names: string[]): string[][] {
  return names.map((name) => make(`kernel/tests/${name}`));
}

const tests32: readonly string[] = make('kernel/tests/conformance', 'm32');

function level(
  name: string,
  kernel: Kernel,
  programs: readonly (readonly string[])[],
  commands: readonly LevelCommand[],
): Level {
  return {
    name,
    packages: programs.includes(tests32) ? [...vm, ...multilib] : vm,
    needs: native,
    prepare: [...programs, [inRoot('kernel', 'vm', 'build'), kernel]],
    commands,
    // Each has a guest of its own.
    parallel: true,
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
  };
}

/** Files of two guests of jest-uml; a third has the rest. By time, each has about a third. */
const THIRDS = ['cli\\.e2e', '(client|concurrency|crash|limits)\\.e2e'] as const;

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
    [...tests('conformance', 'stall', 'memcg', 'lib'), make('proj1tests', 'drivers')],
    [
      kunit('uml'),
      conformance('uml', 'syscall'),
      conformance('uml', 'device'),
      stall('uml', 'syscall'),
      stall('uml', 'device'),
      inGuest('uml', 'memcg', [program('memcg')]),
      lib('uml', 'syscall'),
      drivers('uml', 'syscall'),
    ],
  ),
  endToEndLevel('jest-uml', 'uml', [
    jest('uml', 'jest-uml-1', `test/${THIRDS[0]}`),
    jest('uml', 'jest-uml-2', `test/${THIRDS[1]}`),
    jest('uml', 'jest-uml-3', `test/(?!${THIRDS.join('|')})`),
  ]),
  level('kernel-module', 'module', tests('conformance', 'device'), [
    conformance('module', 'device'),
    inGuest('module', 'device', [program('device')]),
  ]),
  level('kernel-debug', 'debug', tests('conformance', 'faults', 'stress'), [
    kunit('debug'),
    conformance('debug', 'syscall'),
    inGuest('debug', 'faults', [program('faults')]),
    inGuest('debug', 'stress', [program('stress'), '--engine', 'syscall', '--seconds', String(STRESS_SECONDS)]),
  ]),
  level(
    'kernel-syscall',
    'syscall',
    [...tests('conformance'), tests32],
    [conformance('syscall', 'syscall'), conformance32('syscall', 'syscall')],
  ),
  endToEndLevel('smoke-smp', 'syscall', [jest('syscall', 'smoke-smp', 'test/smoke', ['--jitless'])]),
];
