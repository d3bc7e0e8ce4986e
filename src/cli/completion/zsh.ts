import type { CommandShape, OptionShape, ValueKind } from './describe';

/** A script for zsh, to be sourced after compinit or to lie in fpath as `_slmbx`. */
export function zshCompletion(root: CommandShape): string {
  const name = `_${root.name}`;
  return `#compdef ${root.name}
# zsh completion for ${root.name}: source <(${root.name} completion zsh)
${commandFunction(name, root)}
if [ "\${funcstack[1]}" = ${name} ]; then
  ${name} "$@"
else
  compdef ${name} ${root.name}
fi
`;
}

/** The functions of a command and of those below it. */
function commandFunction(name: string, shape: CommandShape): string {
  const specs = [...shape.options.map(optionSpec), ...positionals(shape)];
  const children = shape.commands.map((child) => commandFunction(childName(name, child), child)).join('');
  const body = shape.commands.length === 0 ? `  _arguments -s ${joined(specs)}\n` : dispatch(name, shape, specs);
  return `${children}${name}() {\n${body}}\n`;
}

function dispatch(name: string, { commands }: CommandShape, specs: readonly string[]): string {
  const names = commands.map((child) => quote(`${child.name}:${child.description}`)).join(' ');
  const cases = commands.map((child) => `        ${child.name}) ${childName(name, child)} ;;\n`).join('');
  return `  local context state state_descr line
  typeset -A opt_args
  _arguments -s -C ${joined([...specs, quote('1:command:->command'), quote('*::arguments:->arguments')])}
  case $state in
    command)
      local -a commands
      commands=(${names})
      _describe command commands
      ;;
    arguments)
      case $line[1] in
${cases}      esac
      ;;
  esac
`;
}

function positionals({ commands, values }: CommandShape): string[] {
  return commands.length > 0 ? [] : values.map((value, index) => quote(`${index + 1}:argument:${action(value)}`));
}

function optionSpec({ names, description, value }: OptionShape): string {
  const exclusive = names.length > 1 ? `(${names.join(' ')})` : '';
  const text = description.replaceAll(/[[\]\\]/g, '\\$&').replaceAll(':', '\\:');
  const tail = value.kind === 'none' ? '' : `:value:${action(value)}`;
  return names.map((name) => quote(`${exclusive}${name}[${text}]${tail}`)).join(' ');
}

function action(value: ValueKind): string {
  switch (value.kind) {
    case 'choice':
      return `(${value.choices.join(' ')})`;
    case 'file':
      return '_files';
    case 'any':
    case 'none':
      return '( )';
  }
}

function childName(name: string, { name: child }: CommandShape): string {
  return `${name}_${child}`;
}

function joined(specs: readonly string[]): string {
  return specs.join(' \\\n    ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
