/*
 * Puts the product and its end-to-end tests into a file each, below build/bundle: where a system call is slow, as in
 * user-mode Linux, a program of one file starts several times as fast. The folder mirrors the checkout, so what looks
 * for a file beside itself finds it in the mirror.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** The command loads the client only when it calls, so it stays a file of its own. */
const clientApart: Plugin = {
  name: 'client-apart',
  setup(builder) {
    builder.onResolve({ filter: /^\.\.\/client$/ }, () => ({ path: '../client/index.js', external: true }));
  },
};

async function bundleFile(
  input: string,
  output = input.replace(/\.ts$/, '.js'),
  plugins: Plugin[] = [],
): Promise<void> {
  await build({
    absWorkingDir: inRoot(),
    entryPoints: [input],
    outfile: join(bundle, output),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    external: absent,
    plugins: [mirror(output), ...plugins],
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
}

async function main(): Promise<void> {
  rmSync(bundle, { recursive: true, force: true });
  for (const path of copied) cpSync(inRoot(path), join(bundle, path), { recursive: true });
  mkdirSync(join(bundle, 'build'));
  symlinkSync(join('..', '..', 'native'), join(bundle, 'build', 'native'));
  await bundleFile('dist/main.js');
  await bundleFile('src/client/index.ts', 'dist/client/index.js');
  await bundleFile('dist/cli/main.js', undefined, [clientApart]);
  await bundleFile('syscall-bindings/index.js', 'node_modules/slmbx-bindings/index.js');
  for (const spec of sourceFiles(/^test\/.*\.e2e\.spec\.ts$/)) await bundleFile(spec);
}

void main();
