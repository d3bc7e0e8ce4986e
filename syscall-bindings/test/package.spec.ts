import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Daemon, startDaemon } from '../../test/support/daemon';

/* What `npm pack` carries is enough: installed where there is no compiler, no network and no clone. */

const run = promisify(execFile);
const packageDirectory = dirname(require.resolve('slmbx-bindings/package.json'));
const loaderDirectory = dirname(require.resolve('node-gyp-build/package.json'));

let directory: string;
let tarball: string;
let daemon: Daemon;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slmbx-package-'));
  await mkdir(join(directory, 'bin'));
  await symlink(process.execPath, join(directory, 'bin', 'node'));
  await symlink('/bin/sh', join(directory, 'bin', 'sh'));
  tarball = await pack(packageDirectory);
  const loader = await pack(loaderDirectory);
  await npm(['init', '--yes'], directory);
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball, loader], directory);
  daemon = await startDaemon();
});

afterAll(async () => {
  await daemon.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The npm of the Node that has one. */
async function npmCli(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    try {
      return await realpath(join(folder, 'npm'));
    } catch {
      continue;
    }
  }
  throw new Error('npm is not in PATH');
}

/** With node and a shell in its PATH, and nothing else. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: join(directory, 'bin'),
    HOME: directory,
    npm_config_cache: join(directory, 'cache'),
    npm_config_update_notifier: 'false',
  };
}

async function npm(args: string[], cwd: string): Promise<string> {
  const { stdout } = await run(process.execPath, [await npmCli(), ...args], { cwd, env: environment() });
  return stdout;
}

async function pack(folder: string): Promise<string> {
  const out = await npm(['pack', '--json', '--pack-destination', directory], folder);
  const [{ filename }] = JSON.parse(out) as [{ filename: string }];
  return join(directory, filename);
}

async function node(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: directory, env: { ...environment(), ...env } });
  return stdout.trim();
}

it('carries what it needs and nothing more', async () => {
  const files = await readdir(join(directory, 'node_modules', 'slmbx-bindings'), {
    recursive: true,
    withFileTypes: true,
  });
  const names = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const root = join(directory, 'node_modules', 'slmbx-bindings/');
  expect(names.map((name) => name.slice(root.length)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'index.d.ts',
    'index.js',
    'install.js',
    'lib/arguments.js',
    'lib/batch.js',
    'lib/errors.js',
    'lib/native.js',
    'lib/receiver.js',
    'package.json',
    `prebuilds/linux-${process.arch}/slmbx-bindings.napi.glibc.node`,
  ]);
});

it('has no compiler at hand', async () => {
  for (const tool of ['gcc', 'cc', 'clang', 'make', 'python3']) {
    await expect(run(tool, ['--version'], { env: environment() })).rejects.toMatchObject({ code: 'ENOENT' });
  }
});

it('works with require', async () => {
  const program = `
    const slmbx = require('slmbx-bindings');
    slmbx.init(8, 2);
    slmbx.create(1);
    slmbx.send(1, Buffer.from('installed'));
    console.log(slmbx.engine(), slmbx.recv(1).toString());
    slmbx.shutdown();`;
  expect(await node(['-e', program], { SLMBX_SOCKET: daemon.socket })).toBe('daemon installed');
});

it('works with import, by name', async () => {
  const program = `
    import { SlmbxError, count } from 'slmbx-bindings';
    try {
      count(1);
    } catch (error) {
      console.log(error instanceof SlmbxError, error.code);
    }`;
  expect(await node(['--input-type=module', '-e', program], { SLMBX_SOCKET: daemon.socket })).toBe('true ENODEV');
});

it('says in one sentence that it has nothing for a machine', async () => {
  const text = 'slmbx-bindings has no binary for';
  const other = { npm_config_arch: 's390x' };
  const install = node([join('node_modules', 'slmbx-bindings', 'install.js')], other);
  await expect(install).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(`^${text} .*\n$`) as string });
  const use = node(['-e', "require('slmbx-bindings')"], other);
  await expect(use).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`Error: ${text}`) as string });
});

it('installs nothing in a clone that is yet to be built', async () => {
  const install = run(process.execPath, [join(packageDirectory, 'install.js')], {
    env: { ...environment(), npm_config_arch: 's390x' },
  });
  expect(await install).toEqual({ stdout: '', stderr: '' });
});

it('shows the dynamic linker two names', async () => {
  const prebuilds = join(packageDirectory, 'prebuilds', `linux-${process.arch}`);
  const binary = join(prebuilds, 'slmbx-bindings.napi.glibc.node');
  const { stdout } = await run('nm', ['-D', '--defined-only', '--format=just-symbols', binary]);
  expect(stdout.trim().split('\n').sort()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  // Debug information would name folders of the machine that built it.
  expect((await readFile(binary)).includes(packageDirectory)).toBe(false);
});
