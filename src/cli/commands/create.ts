import type { Command } from 'commander';
import { changing } from '../failures';
import { printDone } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseMailboxId } from '../words';

export function addCreate(program: Command, runtime: Runtime): void {
  program
    .command('create')
    .description('create an empty mailbox')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .option('--protected', 'only you may use it; otherwise anyone may, deletion included')
    .action(async (id: number, options: { protected?: boolean }, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const isProtected = options.protected === true;
      await withClient(invocation, (client) =>
        changing(`Mailbox ${id} may have been created all the same.`, () =>
          client.createMailbox(id, { protected: isProtected, signal }),
        ),
      );
      const text = `Created ${isProtected ? 'protected ' : ''}mailbox ${id}.`;
      await printDone({ json: { id, protected: isProtected }, text }, invocation);
    });
}
