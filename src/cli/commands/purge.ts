import type { Command } from 'commander';
import { changing } from '../failures';
import { messages, printDone } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseMailboxId } from '../words';

export function addPurge(program: Command, runtime: Runtime): void {
  program
    .command('purge')
    .description('drop the messages of a mailbox, but for those leased')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .action(async (id: number, _options: object, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const purged = await withClient(invocation, (client) =>
        changing(`The messages of mailbox ${id} may have been dropped all the same.`, () =>
          client.purgeMailbox(id, { signal }),
        ),
      );
      const text = `Dropped ${messages(purged)} from mailbox ${id}.`;
      await printDone({ json: { id, purged: Number(purged) }, text }, invocation);
    });
}
