import type { Command } from 'commander';
import type { Mailbox, SlmbxClient } from '../../client';
import { mailboxesText, mailboxJson } from '../mailbox-format';
import { printFound } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';

const PAGE_SIZE = 1000;

export function addLs(program: Command, runtime: Runtime): void {
  program
    .command('ls')
    .description('list the mailboxes that you may use')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const mailboxes = await withClient(invocation, (client) => all(client, invocation.signal));
      const json = { mailboxes: mailboxes.map(mailboxJson) };
      await printFound({ json, text: mailboxesText(mailboxes) }, invocation);
    });
}

async function all(client: SlmbxClient, signal: AbortSignal): Promise<Mailbox[]> {
  const mailboxes: Mailbox[] = [];
  for await (const mailbox of client.listMailboxes({ pageSize: PAGE_SIZE, signal })) {
    mailboxes.push(mailbox);
  }
  return mailboxes;
}
