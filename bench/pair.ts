import { join } from 'node:path';
import { measure, startDaemon, withFolder } from './processes';
import { Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 9;
const CALLS = 4_000;
const PEERS = ['daemon', 'floor', 'echo', 'mq'] as const;

/** One CPU for the caller and its peer, or one each. */
const PLACEMENTS = [
  { name: 'same', cpus: '0', title: 'on one CPU' },
  { name: 'apart', cpus: '1', title: 'on two CPUs' },
] as const;

/** Microseconds of a send and a receive through the daemon, beside the floor and two peers. */
export async function pair(): Promise<void> {
  for (const { name, cpus, title } of PLACEMENTS) {
    const lines = await withFolder(async (folder) => {
      const socket = join(folder, 'slmbxd.sock');
      const daemon = await startDaemon(socket, cpus);
      try {
        return measure('pair', [name, String(ROUNDS), String(CALLS)], { SLMBX_SOCKET: socket, SLMBX_ENGINE: 'daemon' });
      } finally {
        await daemon.stop();
      }
    });
    const samples = new Samples<string>();
    const sizes: string[] = [];
    for (const line of lines) {
      const [size = '', peer = '', ns] = line.split('\t');
      if (!sizes.includes(size)) sizes.push(size);
      samples.add(`${size} ${peer}`, Number(ns) / 1_000);
    }
    printTable(
      `send + recv ${title}, µs a pair, median of ${ROUNDS} rounds of ${CALLS}`,
      ['bytes', ...PEERS, 'daemon to floor'],
      sizes.map((size) => [
        size,
        ...PEERS.map((peer) => (samples.has(`${size} ${peer}`) ? samples.median(`${size} ${peer}`).toFixed(2) : '-')),
        samples.ratio(`${size} daemon`, `${size} floor`).toFixed(2),
      ]),
    );
  }
}
