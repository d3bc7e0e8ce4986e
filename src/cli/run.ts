import { CommanderError } from 'commander';
import { EXIT_KINDS } from './exit-codes';
import { toFailure, usageError, type Failure } from './failures';
import { abortOnSignals } from './interrupt';
import { printFound, type PrintOptions } from './output';
import { buildProgram } from './program';
import { writeStderr } from './streams';

/** Runs the command line and returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const printed: string[] = [];
  const signal = abortOnSignals();
  const program = buildProgram({ signal }, (text) => {
    printed.push(text);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_KINDS.ok.exitCode;
  } catch (error) {
    return await finish(error, printed.join(''), { json: wantsJson(args), signal });
  }
}

/** Every end but the plain good one: help, version, and all failures. */
async function finish(error: unknown, printed: string, options: PrintOptions): Promise<number> {
  const { json } = options;
  if (!(error instanceof CommanderError)) {
    return await reportFailure(toFailure(error), json);
  }
  if (error.exitCode === 0) {
    return await showText(printed, options);
  }
  if (error.code === 'commander.help') {
    const failure = toFailure(usageError('Give a command: slmbx --help lists them.'));
    return json ? await reportFailure(failure, json) : await showHelp(printed, failure);
  }
  return await reportFailure(toFailure(usageError(sentence(error.message))), json);
}

async function showText(text: string, { json, signal }: PrintOptions): Promise<number> {
  try {
    await printFound({ json: { text }, text: text.trimEnd() }, { json: false, signal });
    return EXIT_KINDS.ok.exitCode;
  } catch (error) {
    return await reportFailure(toFailure(error), json);
  }
}

/** A command that needs another word and got none. */
async function showHelp(help: string, { exitCode }: Failure): Promise<number> {
  await writeStderr(help);
  return exitCode;
}

async function reportFailure(failure: Failure, json: boolean): Promise<number> {
  if (json) {
    await writeStderr(`${JSON.stringify({ error: failure })}\n`);
  } else if (failure.exitCode !== EXIT_KINDS.brokenPipe.exitCode) {
    await writeStderr(`slmbx: ${failure.message}\n`);
  }
  return failure.exitCode;
}

/** Known even if the command line can't be parsed. What follows -- is no option. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

/** What commander says ("error: unknown option '--x'\n(Did you mean --y?)"), as we put it. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? '' : '.'}`;
}
