import type { Command } from 'commander';
import { EXIT_KINDS } from '../exit-codes';
import { CommandError, usageError } from '../failures';
import { formatHex, formatJson } from '../message-format';
import { openSink } from '../message-sink';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { reasonOf } from '../streams';
import { parseMailboxId } from '../words';

export function addPeek(program: Command, runtime: Runtime): void {
  program
    .command('peek')
    .description('write the bytes of the head message to standard output and leave it in the mailbox')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .option('--hex', 'write the message as hexadecimal digits')
    .action(async (id: number, { hex = false }: { hex?: boolean }, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { json, signal } = invocation;
      if (json && hex) {
        throw usageError('--json and --hex are two forms of one message: give one of them.');
      }
      const [message] = await withClient(invocation, (client) => client.peek(id, { signal }));
      if (message === undefined) {
        throw new CommandError(EXIT_KINDS.empty, `Mailbox ${id} is empty.`);
      }
      const { data } = message;
      const plain = process.stdout.isTTY ? [data, '\n'] : [data];
      const sink = openSink('-');
      try {
        await sink.write(json ? formatJson(id, { data, truncated: false }) : hex ? formatHex(data) : plain, signal);
      } catch (error) {
        if (error instanceof CommandError) {
          throw error;
        }
        throw new CommandError(EXIT_KINDS.localIo, `${sink.name} can't be written: ${reasonOf(error)}.`);
      }
    });
}
