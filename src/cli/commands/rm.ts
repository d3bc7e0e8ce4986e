import type { Command } from 'commander';
import type { SlmbxClient } from '../../client';
import { EXIT_KINDS } from '../exit-codes';
import { changing, KnownFailure, toFailure, type Failure } from '../failures';
import { printDone } from '../output';
import { invocationOf, withClient, type Invocation, type Runtime } from '../runtime';
import { writeStderr } from '../streams';
import { collectMailboxIds } from '../words';

/** Failures that speak of one mailbox only: the others are worth a try. */
const OF_ONE_MAILBOX: readonly string[] = [EXIT_KINDS.notFound.kind, EXIT_KINDS.notPermitted.kind];

interface Removal {
  readonly deleted: number[];
  readonly failed: { readonly id: number; readonly error: Failure }[];
}

export function addRm(program: Command, runtime: Runtime): void {
  program
    .command('rm')
    .description('delete mailboxes and every message in them')
    .argument('<id...>', 'ids of the mailboxes, 1 to 4294967294', collectMailboxIds)
    .action(async (ids: readonly number[], _options: object, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const removal = await withClient(invocation, (client) => remove(client, ids, signal));
      await report(removal, invocation);
    });
}

async function remove(client: SlmbxClient, ids: readonly number[], signal: AbortSignal): Promise<Removal> {
  const removal: Removal = { deleted: [], failed: [] };
  for (const id of ids) {
    try {
      await changing(`Mailbox ${id} may have been deleted all the same.`, () => client.deleteMailbox(id, { signal }));
      removal.deleted.push(id);
    } catch (error) {
      const failure = toFailure(error);
      removal.failed.push({ id, error: failure });
      if (!OF_ONE_MAILBOX.includes(failure.kind)) {
        break;
      }
    }
  }
  return removal;
}

/** Says what was deleted, then fails as the first mailbox did that wasn't. */
async function report(removal: Removal, invocation: Invocation): Promise<void> {
  const { deleted, failed } = removal;
  if (invocation.json || deleted.length > 0) {
    const text = deleted.map((id) => `Deleted mailbox ${id}.`).join('\n');
    await printDone({ json: removal, text }, invocation);
  }
  const [first, ...others] = failed;
  if (first === undefined) {
    return;
  }
  if (!invocation.json) {
    for (const { error } of others) {
      await writeStderr(`slmbx: ${error.message}\n`);
    }
  }
  throw new KnownFailure(first.error);
}
