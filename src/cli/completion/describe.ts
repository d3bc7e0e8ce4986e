import type { Command, Option } from 'commander';

/** What can follow an option, or stand as an argument. */
export type ValueKind =
  { readonly kind: 'none' | 'any' | 'file' } | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface OptionShape {
  /** As they are typed: `--file`, `-V`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: ValueKind;
}

/** A command as completion sees it. */
export interface CommandShape {
  readonly name: string;
  readonly description: string;
  /** Its own, and those of the commands above it. */
  readonly options: readonly OptionShape[];
  /** What its arguments may be; the last one may be repeated. */
  readonly values: readonly ValueKind[];
  readonly commands: readonly CommandShape[];
}

/** Reads the tree of commands out of the parser, so that completion never knows other words than it does. */
export function describeCommand(command: Command, inherited: readonly OptionShape[] = []): CommandShape {
  const own = command.createHelp().visibleOptions(command).map(describeOption);
  // --help and --version are spelt anew by every command.
  const options = [...own, ...inherited.filter(({ names }) => !own.some((other) => other.names[0] === names[0]))];
  return {
    name: command.name(),
    description: command.description(),
    options,
    values: command.registeredArguments.map(({ argChoices }) => valueOf(argChoices, false)),
    commands: command.commands.map((child) => describeCommand(child, options)),
  };
}

/** Every command of the tree, each with the words that lead to it. */
export function* walk(
  shape: CommandShape,
  path: readonly string[] = [],
): Generator<{ readonly path: readonly string[]; readonly shape: CommandShape }> {
  yield { path, shape };
  for (const child of shape.commands) {
    yield* walk(child, [...path, child.name]);
  }
}

function describeOption(option: Option): OptionShape {
  const names = [option.long, option.short].filter((name) => typeof name === 'string');
  const value: ValueKind = option.required
    ? valueOf(option.argChoices, option.flags.includes('<file>'))
    : { kind: 'none' };
  return { names, description: option.description, value };
}

function valueOf(choices: readonly string[] | undefined, isFile: boolean): ValueKind {
  if (choices !== undefined) {
    return { kind: 'choice', choices };
  }
  return { kind: isFile ? 'file' : 'any' };
}
