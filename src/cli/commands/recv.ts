import { Option, type Command } from 'commander';
import type { Message } from '../../client';
import { EXIT_KINDS } from '../exit-codes';
import { changing, CommandError, usageError } from '../failures';
import { formatHex, formatJson } from '../message-format';
import { openSink, type MessageSink } from '../message-sink';
import { bytes, printDone } from '../output';
import { invocationOf, withClient, type Invocation, type Runtime } from '../runtime';
import { reasonOf, writeStderr, type Chunk } from '../streams';
import { parseMailboxId, parseMaxBytes, quote } from '../words';

interface RecvOptions {
  readonly max?: number;
  readonly out?: string;
  readonly hex?: boolean;
}

export function addRecv(program: Command, runtime: Runtime): void {
  program
    .command('recv')
    .description('take the head message and write its bytes to standard output')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .addOption(new Option('--max <n>', 'take n bytes at most; the rest is gone').argParser(parseMaxBytes))
    .option('--out <file>', 'write the message to this file')
    .option('--hex', 'write the message as hexadecimal digits')
    .action(async (id: number, options: RecvOptions, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { json, signal } = invocation;
      const { max, hex = false, out = '-' } = options;
      const toStdout = out === '-';
      if (toStdout && json && hex) {
        throw usageError('--json and --hex are two forms of one message: give one of them.');
      }
      const sink = openSink(out);
      const message = await takeMessage(sink, id, () =>
        withClient(invocation, (client) => client.receive(id, { maxBytes: max, signal })),
      );
      await deliver(
        sink,
        id,
        message,
        toStdout && json ? formatJson(id, message) : format(message, hex, toStdout),
        signal,
      );
      if (!toStdout) {
        await reportFile(id, message, out, invocation);
      }
      if (message.truncated && !json) {
        await writeStderr(
          `slmbx: The message was longer than ${bytes(message.data.length)}: the rest of it is gone.\n`,
        );
      }
    });
}

async function takeMessage(
  sink: MessageSink,
  id: number,
  receive: () => Promise<Message | undefined>,
): Promise<Message> {
  try {
    const doubt = `A message may have been taken from mailbox ${id} all the same, and be lost.`;
    const message = await changing(doubt, receive);
    if (message === undefined) {
      throw new CommandError(EXIT_KINDS.empty, `Mailbox ${id} is empty.`);
    }
    return message;
  } catch (error) {
    sink.discard();
    throw error;
  }
}

function format({ data }: Message, hex: boolean, toStdout: boolean): Iterable<Chunk> {
  if (hex) {
    return formatHex(data);
  }
  return toStdout && process.stdout.isTTY ? [data, '\n'] : [data];
}

/** Writes the message; whatever goes wrong, the error says that it is no longer in the mailbox. */
async function deliver(
  sink: MessageSink,
  id: number,
  { data }: Message,
  chunks: Iterable<Chunk>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sink.write(chunks, signal);
  } catch (error) {
    const taken = `A message of ${bytes(data.length)} was taken from mailbox ${id}, and what wasn't written of it is lost.`;
    if (error instanceof CommandError) {
      throw new CommandError(error.exit, `${error.message} ${taken}`);
    }
    throw new CommandError(EXIT_KINDS.localIo, `${sink.name} can't be written: ${reasonOf(error)}. ${taken}`);
  }
}

async function reportFile(
  id: number,
  { data, truncated }: Message,
  out: string,
  invocation: Invocation,
): Promise<void> {
  const text = `Received ${bytes(data.length)} from mailbox ${id} into ${quote(out)}.`;
  await printDone({ json: { id, bytes: data.length, truncated, out }, text }, invocation);
}
