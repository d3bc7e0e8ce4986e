import { Option, type Command } from 'commander';
import type { MailboxUpdate } from '../../client';
import { changing, usageError } from '../failures';
import { printDone } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseDeadLetterId, parseLimit, parseMailboxId, parseMaxDeliveries, parseUid } from '../words';

interface SetOptions {
  readonly maxMessages?: number;
  readonly maxBytes?: number;
  readonly maxDeliveries?: number;
  readonly deadLetter?: number;
  readonly protected?: boolean;
  readonly owner?: number;
}

export function addSet(program: Command, runtime: Runtime): void {
  program
    .command('set')
    .description('set limits and other attributes of a mailbox')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .addOption(new Option('--max-messages <n>', 'messages it may hold; 0: no limit').argParser(parseLimit))
    .addOption(new Option('--max-bytes <n>', 'bytes it may hold; 0: no limit').argParser(parseLimit))
    .addOption(
      new Option('--max-deliveries <n>', 'leases of a message until it is a dead letter; 0: no limit').argParser(
        parseMaxDeliveries,
      ),
    )
    .addOption(
      new Option('--dead-letter <id>', 'mailbox that dead letters move to; 0: none').argParser(parseDeadLetterId),
    )
    .option('--protected', 'only the owner may use it')
    .option('--no-protected', 'anyone may use it, deletion included')
    .addOption(new Option('--owner <uid>', 'give it to this uid; needs root').argParser(parseUid))
    .action(async (id: number, options: SetOptions, command: Command) => {
      const update = updateOf(options);
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      await withClient(invocation, (client) =>
        changing(`Mailbox ${id} may have been updated all the same.`, () =>
          client.updateMailbox(id, update, { signal }),
        ),
      );
      await printDone({ json: { id, ...update }, text: `Updated mailbox ${id}.` }, invocation);
    });
}

function updateOf(options: SetOptions): MailboxUpdate {
  const { deadLetter, owner, ...rest } = options;
  const update = {
    ...rest,
    ...(deadLetter === undefined ? {} : { deadLetterMailboxId: deadLetter }),
    ...(owner === undefined ? {} : { ownerUid: owner }),
  };
  if (Object.keys(update).length === 0) {
    throw usageError('Say what to set: slmbx set --help lists it.');
  }
  return update;
}
