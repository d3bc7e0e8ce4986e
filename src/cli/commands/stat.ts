import type { Command } from 'commander';
import { mailboxJson, mailboxText } from '../mailbox-format';
import { printFound } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseMailboxId } from '../words';

export function addStat(program: Command, runtime: Runtime): void {
  program
    .command('stat')
    .description('show what a mailbox holds, without changing it')
    .argument('<id>', 'id of the mailbox, 1 to 4294967294', parseMailboxId)
    .action(async (id: number, _options: object, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const mailbox = await withClient(invocation, (client) => client.getMailbox(id, { signal }));
      await printFound({ json: mailboxJson(mailbox), text: mailboxText(mailbox) }, invocation);
    });
}
