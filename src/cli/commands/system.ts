import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Option, type Command } from 'commander';
import { EXIT_KINDS } from '../exit-codes';
import { changing, CommandError, usageError } from '../failures';
import { formatTable, printDone, printFound } from '../output';
import { invocationOf, withClient, type Runtime } from '../runtime';
import { parseInverseProbability, parseMaxPointers } from '../words';

const DEFAULT_MAX_POINTERS = 16;
const DEFAULT_INVERSE_PROBABILITY = 4;

interface InitOptions {
  readonly maxPointers: number;
  readonly inverseProbability: number;
}

export function addSystem(program: Command, runtime: Runtime): void {
  const system = program.command('system').description('set up, empty or look at the mailbox system as a whole');
  addInit(system, runtime);
  addShutdown(system, runtime);
  addStatus(system, runtime);
}

function addInit(system: Command, runtime: Runtime): void {
  system
    .command('init')
    .description('set up an empty system')
    .addOption(
      new Option('--max-pointers <n>', 'pointers a node of the skip list has at most')
        .argParser(parseMaxPointers)
        .default(DEFAULT_MAX_POINTERS),
    )
    .addOption(
      new Option('--inverse-probability <n>', 'a node has each further pointer with chance 1/n')
        .choices(['2', '4', '8', '16'])
        .argParser(parseInverseProbability)
        .default(DEFAULT_INVERSE_PROBABILITY),
    )
    .action(async ({ maxPointers, inverseProbability }: InitOptions, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      await withClient(invocation, (client) =>
        changing('The system may have been initialized all the same.', () =>
          client.initialize({ maxPointers, inverseProbability, signal }),
        ),
      );
      const json = { initialized: true, maxPointers, inverseProbability };
      await printDone({ json, text: 'Initialized the system.' }, invocation);
    });
}

function addShutdown(system: Command, runtime: Runtime): void {
  system
    .command('shutdown')
    .description('delete every mailbox and every message')
    .option('--yes', "don't ask; needed where there is no terminal to ask on")
    .action(async ({ yes }: { yes?: boolean }, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      if (!yes) {
        await confirm('Delete every mailbox and every message? [y/N] ', signal);
      }
      await withClient(invocation, (client) =>
        changing('The system may have been shut down all the same.', () => client.shutdown({ signal })),
      );
      await printDone({ json: { initialized: false }, text: 'Shut the system down.' }, invocation);
    });
}

function addStatus(system: Command, runtime: Runtime): void {
  system
    .command('status')
    .description('show the engine, whether it is initialized, and the version of the service')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command, runtime);
      const { signal } = invocation;
      const { address, engine, initialized, version } = await withClient(invocation, async (client) => ({
        address: client.address,
        ...(await client.getSystem({ signal })),
      }));
      const text = formatTable([
        ['Address', address],
        ['Engine', engine],
        ['Initialized', initialized ? 'yes' : 'no'],
        ['Version', version],
      ]);
      await printFound({ json: { address, engine, initialized, version }, text }, invocation);
    });
}

async function confirm(question: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError('This deletes every mailbox and every message: say so with --yes.');
  }
  const answer = await ask(question, signal);
  if (!/^y(?:es)?$/i.test(answer.trim())) {
    throw new CommandError(EXIT_KINDS.failed, 'Nothing was deleted.');
  }
}

/** What the user types; nothing if the terminal is gone or Ctrl-D was pressed. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in raw mode: Ctrl-C comes as a key.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = once(terminal, 'close').then(() => '');
  try {
    return await Promise.race([terminal.question(question, { signal }), closed]);
  } catch {
    signal.throwIfAborted();
    return '';
  } finally {
    terminal.close();
  }
}
