import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon';

/** jest hands each test file a copy of `process`, whose environment C code never sees. */
const realProcess = runInThisContext('process') as NodeJS.Process;

/**
 * Starts a daemon for this very process, in which the add-on is loaded. libslmbx reads the path once a process, so each
 * test file that runs in this process uses the same socket; they run one after the other.
 */
export async function startProcessDaemon(options: Omit<DaemonOptions, 'socket'> = {}): Promise<Daemon> {
  const socket = await processSocket();
  const directory = dirname(socket);
  await mkdir(directory, { mode: 0o755, recursive: true });
  const cleanUp = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const daemon = await startDaemon({ ...options, socket });
    return { ...daemon, stop: () => daemon.stop().finally(cleanUp) };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function processSocket(): Promise<string> {
  const { env, pid } = realProcess;
  const known = env['SLMBX_SOCKET'];
  // A child of this process inherits the variables, and must not take its parent's socket.
  if (known !== undefined && env['SLMBX_TEST_SOCKET_OF'] === String(pid)) return known;
  const parent = await mkdtemp(join(tmpdir(), 'slmbx-test-'));
  await rm(parent, { recursive: true });
  env['SLMBX_SOCKET'] = join(parent, 'slmbxd.sock');
  env['SLMBX_TEST_SOCKET_OF'] = String(pid);
  return env['SLMBX_SOCKET'];
}
