import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SlmbxClient } from '../src/client';
import { SendMessageRequest } from '../src/generated/slmbx/v1/mailbox';
import { startDaemon, startEmptyService, startService, withFolder } from './processes';
import { quantile, Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 7;
const CALLS = 30_000;
const CONNECTIONS = 4;
const IN_FLIGHT = 64;
const MAILBOX = 42;
const PATH = '/slmbx.v1.MailboxService/SendMessage';

interface Run {
  perSecond: number;
  p99: number;
}

/** A gRPC frame: uncompressed, its length, its bytes. */
function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([header, message]);
}

/** Drives a server with h2load; every answer must be a success. */
function load(port: string, body: string, log: string): Run {
  rmSync(log, { force: true });
  const output = execFileSync(
    'h2load',
    [
      ...['-n', String(CALLS), '-c', String(CONNECTIONS), '-m', String(IN_FLIGHT / CONNECTIONS), '-d', body],
      ...['-H', 'content-type: application/grpc', '-H', 'te: trailers', '--log-file', log],
      `http://127.0.0.1:${port}${PATH}`,
    ],
    { encoding: 'utf8' },
  );
  const perSecond = Number(/, ([\d.]+) req\/s/.exec(output)?.[1]);
  if (!output.includes(`${CALLS} succeeded`) || !Number.isFinite(perSecond)) throw new Error(output);
  // A line a request: start, status, microseconds.
  const times = readFileSync(log, 'utf8').trim().split('\n');
  return {
    perSecond,
    p99:
      quantile(
        times.map((line) => Number(line.split('\t')[2])),
        0.99,
      ) / 1_000,
  };
}

/** Requests per second and p99 of a unary Send, beside a NestJS method that does nothing. */
export async function unary(): Promise<void> {
  await withFolder(async (folder) => {
    const socket = join(folder, 'slmbxd.sock');
    const body = join(folder, 'body');
    const log = join(folder, 'log');
    const data = Buffer.alloc(64, 'x');
    writeFileSync(body, frame(SendMessageRequest.encode({ mailboxId: MAILBOX, data }).finish()));

    const daemon = await startDaemon(socket);
    const service = await startService(socket);
    const empty = await startEmptyService();
    const ports = { slmbx: service.ready[1] ?? '', empty: empty.ready[1] ?? '' };
    const client = new SlmbxClient({ address: `127.0.0.1:${ports.slmbx}` });
    const throughput = new Samples<keyof typeof ports>();
    const p99 = new Samples<keyof typeof ports>();
    try {
      await client.initialize();
      for (let round = -1; round < ROUNDS; round++) {
        await client.createMailbox(MAILBOX);
        for (const name of ['slmbx', 'empty'] as const) {
          const run = load(ports[name], body, log);
          // The first round warms both up.
          if (round < 0) continue;
          throughput.add(name, run.perSecond);
          p99.add(name, run.p99);
        }
        const { messageCount } = await client.getMailbox(MAILBOX);
        if (messageCount !== BigInt(CALLS)) throw new Error(`${messageCount} of ${CALLS} messages are there`);
        await client.deleteMailbox(MAILBOX);
      }
    } finally {
      await client.close();
      await Promise.all([service.stop(), empty.stop()]);
      await daemon.stop();
    }
    printTable(
      `Unary Send of 64 bytes, ${IN_FLIGHT} in flight, median of ${ROUNDS} rounds of ${CALLS.toLocaleString('en')}`,
      ['server', 'calls/s', 'p99 ms'],
      [
        ...(['slmbx', 'empty'] as const).map((name) => [
          name === 'empty' ? 'empty NestJS method' : name,
          throughput.median(name).toFixed(0),
          p99.median(name).toFixed(2),
        ]),
        ['ratio', throughput.ratio('slmbx', 'empty').toFixed(2), p99.ratio('slmbx', 'empty').toFixed(2)],
      ],
    );
  });
}
