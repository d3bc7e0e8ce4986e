import { ConfigError } from './config/config.error';
import { type LoadedConfig, loadConfig, usage } from './config/load-config';
import { resolveLoopback } from './config/loopback';
import { makeRuntimeDirectory } from './config/runtime-dir';
import { VERSION } from './package-info';
import type * as service from './serve';

const EXIT_FAILURE = 1;

/** Runs the service. What keeps it from starting is one sentence on standard error and exit code 1. */
export async function bootstrap(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const uid = process.geteuid?.() ?? 0;
    const invocation = loadConfig(args, env, uid);
    if (invocation.kind === 'serve') {
      await makeWay(invocation.config, uid);
      await loadService().serve(invocation.config);
    } else {
      process.stdout.write(invocation.kind === 'help' ? usage() : `${VERSION}\n`);
    }
  } catch (error) {
    const text = error instanceof ConfigError ? error.message : `The service can't start: ${describe(error)}`;
    process.stderr.write(`slmbx-service: ${text}\n`);
    process.exitCode = EXIT_FAILURE;
  }
}

/** Refuses what can be refused without the service, and prepares its place. */
async function makeWay({ host, port, runtimeDirectory }: LoadedConfig, uid: number): Promise<void> {
  if (port !== undefined) {
    // What the server binds is resolved, and judged, by the server again: names may change.
    await resolveLoopback(host);
  }
  if (runtimeDirectory !== undefined) {
    makeRuntimeDirectory(runtimeDirectory, uid);
  }
  // Whatever this process makes from here on is its own uid's alone, the Unix socket in the first place.
  process.umask(0o077);
}

/** The service, and with it Nest and gRPC: a setting that is refused shall not wait for them. */
function loadService(): typeof service {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would take a turn through the ESM loader
  return require('./serve') as typeof service;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
