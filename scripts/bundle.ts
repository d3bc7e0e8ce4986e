/*
 * Puts the product and its end-to-end tests into a few files, below build/bundle: where a system call and a page of
 * memory are slow to get, as in user-mode Linux, a program of one short file starts several times as fast. The folder
 * mirrors the checkout, so what looks for a file beside itself finds it in the mirror.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { fromRoot, inRoot } from './paths';
import { sourceFiles } from './source-files';

const bundle = inRoot('build', 'bundle');

/** From the checkout, in the same place of the mirror. */
const copied = [
  'package.json',
  'proto',
  join('syscall-bindings', 'prebuilds'),
  join('node_modules', 'grpc-health-check', 'proto'),
  join('node_modules', '@grpc', 'reflection', 'build', 'proto'),
];

/** What Nest would load if it were there. */
const absent = [
  '@grpc/grpc-js-xds',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'amqplib',
  'ioredis',
  'kafkajs',
  'mqtt',
  'nats',
  'pino-pretty',
];

/** `__dirname` of a file that was bundled: its place in the mirror. */
function mirror(output: string): Plugin {
  const up = relative(output, '.');
  return {
    name: 'mirror',
    setup(builder) {
      builder.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!/\b__dirname\b/.test(text)) return undefined;
        const place = JSON.stringify(join(up, fromRoot(path), '..'));
        return {
          contents: `const __dirname = require('node:path').join(__filename, ${place});${text}`,
          loader: path.endsWith('ts') ? 'ts' : 'js',
        };
      });
    },
  };
}

/** Files of the product that stay files of their own: some load them late, or all must have the very same class. */
const apart = ['dist/client/index.js', 'dist/config/config.error.js', 'dist/serve.js'];

function keepApart(output: string): Plugin {
  return {
    name: 'keep-apart',
    setup(builder) {
      builder.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
        const wanted = fromRoot(join(resolveDir, path));
        const file = apart.find((name) => [wanted, `${wanted}.js`, join(wanted, 'index.js')].includes(name));
        if (file === undefined || kind === 'entry-point') return undefined;
        return { path: `./${relative(dirname(output), file)}`, external: true };
      });
    },
  };
}

async function bundleFile(input: string, output = input.replace(/\.ts$/, '.js')): Promise<void> {
  await build({
    absWorkingDir: inRoot(),
    entryPoints: [input],
    outfile: join(bundle, output),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // What is CommonJS already stays a function with names of its own.
    keepNames: input.endsWith('.ts'),
    // Not its syntax: what a CommonJS module exports is told to `import` by a statement without effect.
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    external: absent,
    plugins: [mirror(output), keepApart(output)],
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
}

async function main(): Promise<void> {
  rmSync(bundle, { recursive: true, force: true });
  for (const path of copied) cpSync(inRoot(path), join(bundle, path), { recursive: true });
  mkdirSync(join(bundle, 'build'));
  symlinkSync(join('..', '..', 'native'), join(bundle, 'build', 'native'));
  for (const program of ['dist/main.js', 'dist/cli/main.js', ...apart]) await bundleFile(program);
  await bundleFile('syscall-bindings/index.js', 'node_modules/slmbx-bindings/index.js');
  for (const spec of sourceFiles(/^test\/.*\.e2e\.spec\.ts$/)) await bundleFile(spec);
}

void main();
