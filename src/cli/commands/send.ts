import { Option, type Command } from 'commander';
import { changing } from '../failures';
import { readMessage } from '../message-source';
import { bytes, printDone } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseMailboxId, parseMaxBytes } from '../words';

const DEFAULT_LIMIT = 64 * 1024 * 1024;

interface SendOptions {
  readonly file?: string;
  readonly maxMessageBytes: number;
}

export function addSend(program: Command, runtime: Runtime): void {
  program
    .command('send')
    .description('append a message: TEXT, the content of a file, or standard input')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .argument('[text]', 'the message as UTF-8, nothing added; - reads standard input')
    .option('--file <file>', 'send the content of this file; - reads standard input')
    .addOption(
      new Option('--max-message-bytes <n>', "refuse a longer message; keep it at the service's own limit")
        .env('SLMBX_MAX_MESSAGE_BYTES')
        .argParser(parseMaxBytes)
        .default(DEFAULT_LIMIT),
    )
    .action(async (id: number, text: string | undefined, options: SendOptions, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const { file, maxMessageBytes } = options;
      const data = await readMessage({ text, file }, maxMessageBytes, signal);
      await withClient(
        invocation,
        (client) =>
          changing(`The message may be in mailbox ${id} all the same.`, () => client.send(id, data, { signal })),
        maxMessageBytes,
      );
      const sent = `Sent ${bytes(data.byteLength)} to mailbox ${id}.`;
      await printDone({ json: { id, bytes: data.byteLength }, text: sent }, invocation);
    });
}
