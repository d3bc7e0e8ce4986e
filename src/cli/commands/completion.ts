import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash';
import { describeCommand } from '../completion/describe';
import { fishCompletion } from '../completion/fish';
import { zshCompletion } from '../completion/zsh';
import { printFound } from '../output';
import { usageError } from '../failures';
import { invocationOf, type Runtime } from '../runtime';
import { quote } from '../words';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SHELLS;

export function addCompletion(program: Command, runtime: Runtime): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(Object.keys(SHELLS)).argParser(parseShell))
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  source <(slmbx completion bash)',
        '  source <(slmbx completion zsh)',
        '  slmbx completion fish > ~/.config/fish/completions/slmbx.fish',
      ].join('\n'),
    )
    .action(async (shell: Shell, _options: object, command: Command) => {
      const script = SHELLS[shell](describeCommand(program));
      await printFound({ json: { shell, script }, text: script.trimEnd() }, invocationOf(command, runtime));
    });
}

function parseShell(word: string): Shell {
  if (word === 'bash' || word === 'zsh' || word === 'fish') {
    return word;
  }
  throw usageError(`${quote(word)} is no shell with a completion script here: give bash, zsh or fish.`);
}
