import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { measure, startDaemon, withFolder } from './processes';
import { Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 5;
const CALLS = 2_000;
const OVERHEAD_CALLS = 200_000;

/** What the add-on adds to a call, and a pair of calls through it beside the same pair from C. */
export async function bindings(): Promise<void> {
  const overhead = samplesOf(calls('overhead', OVERHEAD_CALLS, { SLMBX_ENGINE: 'none' }));
  printTable(
    `the add-on's part of a call, ns, median of ${ROUNDS} rounds of ${OVERHEAD_CALLS}`,
    ['arguments', 'ns'],
    overhead.names.map((name) => [name, overhead.samples.median(name).toFixed(0)]),
  );

  const [c, node] = await withFolder(async (folder) => {
    const env = { SLMBX_SOCKET: join(folder, 'slmbxd.sock'), SLMBX_ENGINE: 'daemon' };
    const daemon = await startDaemon(env.SLMBX_SOCKET, '0');
    try {
      const fromNode = samplesOf(calls('pair', CALLS, env));
      const fromC = measure('pair', ['same', String(ROUNDS), String(CALLS)], env);
      return [samplesOf(fromC.map((line) => line.replace('\t', ' '))), fromNode];
    } finally {
      await daemon.stop();
    }
  });
  const sizes = [...new Set(node.names.map((name) => name.split(' ')[0] ?? ''))];
  const µs = (from: typeof c, name: string): string => (from.samples.median(name) / 1_000).toFixed(2);
  printTable(
    `send + receive on one CPU with the daemon, µs a pair, median of ${ROUNDS} rounds of ${CALLS}`,
    ['bytes', 'C', 'Node, recvInto', 'Node, recv'],
    sizes.map((size) => [size, µs(c, `${size} daemon`), µs(node, `${size} recvInto`), µs(node, `${size} recv`)]),
  );
}

/** Lines of the measuring process, on the daemon's CPU. */
function calls(mode: string, count: number, env: Record<string, string>): string[] {
  const program = [process.execPath, join(__dirname, 'bindings-calls.js'), mode, String(ROUNDS), String(count)];
  return execFileSync('taskset', ['-c', '0', ...program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trim()
    .split('\n');
}

function samplesOf(lines: readonly string[]): { samples: Samples<string>; names: string[] } {
  const samples = new Samples<string>();
  const names = new Set<string>();
  for (const line of lines) {
    const [name = '', ns] = line.split('\t');
    names.add(name);
    samples.add(name, Number(ns));
  }
  return { samples, names: [...names] };
}
