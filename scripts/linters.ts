import { readFileSync, writeFileSync } from 'node:fs';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { type BuildStep, buildSteps } from './build-steps';
import { firstMisplacedLine, keepHandLayout } from './c-layout';
import type { DebianPackage } from './debian';
import { environment, run } from './exec';
import { headersDirectory, headersPackage } from './kernel-headers';
import { coccinelleScripts, kernelScripts } from './kernel-scripts';
import { machineNames } from './machine-names';
import { inRoot, root } from './paths';
import { inPool } from './pool';
import { sourceFiles } from './source-files';

/** How a linter is run. */
export interface LintRun {
  log: string;
  /** Mend what can be mended rather than tell. */
  fix: boolean;
}

export interface Linter {
  name: string;
  packages: readonly DebianPackage[];
  needs: readonly BuildStep[];
  /** What it objects to; empty if nothing. One line each, unless the log has them. */
  run(options: LintRun): Promise<string[]>;
}

const execute = promisify(execFile);
const modules = (...path: string[]): string => inRoot('node_modules', ...path);
const generated = buildSteps.filter(({ name }) => name === 'api');
const buf = [process.execPath, modules('@bufbuild', 'buf', 'bin', 'buf')];

/** A linter that is one command; its words are in the log. */
async function command(argv: readonly string[], { log }: LintRun): Promise<string[]> {
  const { code } = await run(argv, { log });
  return code === 0
    ? []
    : [`${argv[0] === process.execPath ? (argv[1] ?? '') : (argv[0] ?? '')} ended with exit code ${code}`];
}

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', env: environment() });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * The commit whose API this one must not break: HEAD while the API is being edited, else where the work left main, else
 * the commit before. Undefined if there is none that has an API.
 */
function apiBase(): string | undefined {
  const edited = git('status', '--porcelain', 'proto') !== '';
  const head = git('rev-parse', 'HEAD');
  const left = git('merge-base', 'HEAD', 'origin/main');
  const candidates = edited ? [head] : [left === head ? undefined : left, git('rev-parse', '--verify', '-q', 'HEAD~1')];
  return candidates.find((commit) => commit !== undefined && git('cat-file', '-e', `${commit}:proto`) !== undefined);
}

/** The file as clang-format lays it out, or what it says instead. */
async function laidOut(path: string): Promise<{ text: string } | { failure: string }> {
  try {
    const { stdout } = await execute('clang-format', ['--style=file', path], { cwd: root, maxBuffer: Infinity });
    return { text: stdout };
  } catch (error) {
    return { failure: (error as { stderr?: string }).stderr ?? String(error) };
  }
}

/** Differences from clang-format's layout, or none after mending them. */
async function clangFormat({ fix }: LintRun): Promise<string[]> {
  const paths = sourceFiles(/^(kernel|proj1tests|syscall-bindings)\/.*\.[ch]$/);
  const objections: string[] = [];
  const check = async (path: string): Promise<void> => {
    const source = readFileSync(inRoot(path), 'utf8');
    const layout = await laidOut(path);
    if ('failure' in layout) return void objections.push(`${path}: ${layout.failure}`);
    const line = firstMisplacedLine(source, layout.text);
    if (line === undefined) return;
    if (fix) writeFileSync(inRoot(path), keepHandLayout(source, layout.text));
    else objections.push(`${path}:${line}: laid out otherwise than clang-format does`);
  };
  await inPool(paths.map((path) => () => check(path)));
  return objections.sort();
}

/** Files that go into a kernel. */
function kernelFiles(pattern: RegExp): string[] {
  return sourceFiles(/^kernel\/(core|linux|include\/uapi|tests\/kunit)\//).filter((path) => pattern.test(path));
}

/** What one of the kernel's Coccinelle scripts finds: defects that a pattern can describe. */
async function coccinelle(script: string, { log }: LintRun): Promise<string[]> {
  const spatch = ['spatch', '--very-quiet', '--no-show-diff', '-D', 'report', '--cocci-file', script];
  const { code, stdout } = await run([...spatch, '--include-headers', ...kernelFiles(/\.c$/)], {
    log,
    keepStdout: true,
    timeoutSeconds: 60,
  });
  const found = stdout.split('\n').filter((line) => line.trim() !== '');
  return code === 0 ? found : [...found, `spatch ended with exit code ${code} on ${script}`];
}

/** cppcheck takes statements in expressions for defects: these are the kernel's macros without them. */
const CPPCHECK_MACROS = [
  'SHIM_LINUX_MINMAX_H',
  'min(x,y)=((x)<(y)?(x):(y))',
  'min_t(t,x,y)=((t)(x)<(t)(y)?(t)(x):(t)(y))',
  'max_t(t,x,y)=((t)(x)>(t)(y)?(t)(x):(t)(y))',
  '__stringify(x)=#x',
];

/** By their names, or where what has no extension is one. */
const SHELL_SCRIPTS = /\.(sh|bash)$|^\.ci\/run$|^kernel\/linux\/apply$|^kernel\/(vm|tests\/vm)\/[^/.]+$/;

export const linters: readonly Linter[] = [
  {
    name: 'tsc',
    packages: [],
    needs: generated,
    run: async (options) => {
      const check = [process.execPath, modules('typescript', 'bin', 'tsc'), '--noEmit', '--incremental', 'false', '-p'];
      return [
        ...(await command([...check, '.'], options)),
        ...(await command([...check, 'syscall-bindings'], options)),
      ];
    },
  },
  {
    name: 'eslint',
    packages: [],
    needs: generated,
    run: (options) =>
      command(
        [
          process.execPath,
          modules('eslint', 'bin', 'eslint.js'),
          '--max-warnings=0',
          ...(options.fix ? ['--fix'] : []),
          '.',
        ],
        options,
      ),
  },
  {
    name: 'prettier',
    packages: [],
    needs: [],
    run: (options) =>
      command(
        [process.execPath, modules('prettier', 'bin', 'prettier.cjs'), options.fix ? '--write' : '--check', '.'],
        options,
      ),
  },
  { name: 'buf lint', packages: [], needs: [], run: (options) => command([...buf, 'lint'], options) },
  {
    name: 'buf breaking',
    packages: [],
    needs: [],
    run: async (options) => {
      const base = apiBase();
      if (base !== undefined) return command([...buf, 'breaking', '--against', `.git#ref=${base}`], options);
      console.log('buf breaking       there is no earlier API that could be broken');
      return [];
    },
  },
  {
    name: 'clang-format',
    packages: [{ name: 'clang-format', command: 'clang-format' }],
    needs: [],
    run: clangFormat,
  },
  {
    name: 'shellcheck',
    packages: [{ name: 'shellcheck', command: 'shellcheck' }],
    needs: [],
    run: (options) => command(['shellcheck', '-x', '-P', 'SCRIPTDIR', ...sourceFiles(SHELL_SCRIPTS)], options),
  },
  {
    name: 'checkpatch',
    packages: [{ name: 'perl' }, { name: 'xz-utils', command: 'xz' }],
    needs: [],
    run: async (options) => {
      const report = ['--no-tree', '--no-summary', '--terse', '--show-types', '--strict'];
      // The kernel-doc above a struct says what its locks guard; headers for user space have no BIT(); one source serves
      // kernels from 6.1 on.
      const ignored = ['--ignore', 'UNCOMMENTED_DEFINITION,BIT_MACRO,LINUX_VERSION_CODE'];
      return command(
        ['perl', `${await kernelScripts()}/checkpatch.pl`, ...report, ...ignored, '-f', ...kernelFiles(/\.[ch]$/)],
        options,
      );
    },
  },
  {
    name: 'sparse',
    packages: [{ name: 'sparse', command: 'sparse' }, { name: 'liburcu-dev' }, { name: 'libc6-dev' }],
    needs: [],
    run: async (options) => {
      const includes = ['kernel/user/shim', 'kernel/core', 'kernel/include/uapi'].map((path) => `-I${path}`);
      const objections: string[] = [];
      for (const file of kernelFiles(/^kernel\/core\/.*\.c$/)) {
        const flags = ['-std=gnu11', '-Wsparse-error', '-Wcontext', '-Wno-non-pointer-null', ...includes];
        objections.push(...(await command(['sparse', ...flags, file], options)));
      }
      return objections;
    },
  },
  {
    name: 'cppcheck',
    packages: [{ name: 'cppcheck', command: 'cppcheck' }],
    needs: [],
    run: (options) => {
      const checks = ['--quiet', '--error-exitcode=1', '--enable=warning,performance,portability'];
      const missing = ['--suppress=missingInclude', '--suppress=missingIncludeSystem'];
      const config = ['CONFIG_64BIT', 'CONFIG_SYSCTL', 'CONFIG_PROC_FS', ...CPPCHECK_MACROS].map((word) => `-D${word}`);
      const includes = ['-Ikernel/user/shim', '-Ikernel/include/uapi'];
      // It doesn't know KUnit's macros.
      const files = kernelFiles(/(?<!_kunit)\.c$/);
      return command(['cppcheck', ...checks, ...missing, ...config, ...includes, ...files], options);
    },
  },
  {
    name: 'coccinelle',
    packages: [
      { name: 'coccinelle', command: 'spatch' },
      { name: 'xz-utils', command: 'xz' },
    ],
    needs: [],
    run: async (options) => {
      const objections: string[] = [];
      // Each takes a moment on its own, and there are many.
      const tasks = (await coccinelleScripts()).map((script) => async () => {
        objections.push(...(await coccinelle(script, options)));
      });
      await inPool(tasks);
      return objections;
    },
  },
  {
    // What gcc and sparse say of the module with a real kernel's headers.
    name: 'module',
    packages: [{ name: 'sparse', command: 'sparse' }, { name: headersPackage }],
    needs: [],
    run: (options) => {
      const where = [`KDIR=${headersDirectory()}`, `OUT=${inRoot('build', 'module-check')}`];
      return command(['make', '-s', '-j2', '-C', inRoot('kernel', 'linux'), 'check', ...where], options);
    },
  },
  { name: 'machine names', packages: [], needs: [], run: () => Promise.resolve(machineNames()) },
];
