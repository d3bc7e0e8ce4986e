import { Command, Option } from 'commander';
import { VERSION } from '../package-info';
import { addCompletion } from './commands/completion';
import { addCreate } from './commands/create';
import { addLs } from './commands/ls';
import { addPeek } from './commands/peek';
import { addPurge } from './commands/purge';
import { addRecv } from './commands/recv';
import { addRm } from './commands/rm';
import { addSend } from './commands/send';
import { addSet } from './commands/set';
import { addStat } from './commands/stat';
import { addSystem } from './commands/system';
import { exitCodeHelp } from './exit-codes';
import type { Runtime } from './runtime';
import { parseTimeout } from './words';

const DEFAULT_TIMEOUT_SECONDS = 10;

const EXAMPLES = `
Examples:
  slmbx system init                 set up the system, once
  slmbx create 42                   make mailbox 42
  slmbx send 42 hello               put a message into it
  date | slmbx send 42              the same with standard input
  slmbx recv 42                     take the message out
  slmbx stat 42 --json              look at the mailbox from a program
  slmbx rm 42 43                    delete mailboxes

A word that starts with a dash comes after --: slmbx send 42 -- -5

`;

/** The whole command line. What commander itself has to print goes to `print`; nothing here ends the process. */
export function buildProgram(runtime: Runtime, print: (text: string) => void): Command {
  const program = new Command('slmbx')
    .description('Mailboxes that outlive the processes that use them.')
    // Before the commands, which inherit it.
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .option(
      '--address <address>',
      'the service: unix:PATH or HOST:PORT (default: SLMBX_ADDRESS, else slmbx.sock in the runtime directory, else 127.0.0.1:50051)',
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long a call may take')
        .argParser(parseTimeout)
        .default(DEFAULT_TIMEOUT_SECONDS * 1000, String(DEFAULT_TIMEOUT_SECONDS)),
    )
    .option('--json', 'print results, and errors on standard error, as one line of JSON')
    .addHelpText('after', () => EXAMPLES + exitCodeHelp());
  addCreate(program, runtime);
  addSend(program, runtime);
  addRecv(program, runtime);
  addPeek(program, runtime);
  addStat(program, runtime);
  addLs(program, runtime);
  addSet(program, runtime);
  addPurge(program, runtime);
  addRm(program, runtime);
  addSystem(program, runtime);
  addCompletion(program, runtime);
  return program;
}
