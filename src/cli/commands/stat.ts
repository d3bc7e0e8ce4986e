import type { Command } from 'commander';
import { bytes, formatTable, printFound } from '../output';
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
      const { messageCount, byteCount, headLength, ownerUid } = mailbox;
      const json = {
        id,
        messages: Number(messageCount),
        bytes: Number(byteCount),
        headLength: headLength ?? null,
        protected: mailbox.protected,
        ownerUid,
      };
      const text = formatTable([
        ['Mailbox', String(id)],
        ['Messages', String(messageCount)],
        ['Bytes', String(byteCount)],
        ['Next message', headLength === undefined ? 'none' : bytes(headLength)],
        ['Protected', mailbox.protected ? 'yes' : 'no'],
        ['Owner', `uid ${ownerUid}`],
      ]);
      await printFound({ json, text }, invocation);
    });
}
