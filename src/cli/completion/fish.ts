import { walk, type CommandShape, type OptionShape, type ValueKind } from './describe';

/** A script for fish. */
export function fishCompletion(root: CommandShape): string {
  const { name } = root;
  const commands = [...walk(root)];
  const lines = commands.flatMap(({ path, shape }) => {
    const here = `complete -c ${name} -n ${quote(`__fish_${name}_at ${path.length === 0 ? '/' : path.map((word) => `/${word}`).join('')}`)}`;
    return [
      ...shape.commands.map((child) => `${here} -a ${child.name} -d ${quote(child.description)}`),
      ...shape.options.map((option) => `${here} ${optionSpec(option)}`),
      ...shape.values.filter(({ kind }) => kind !== 'any').map((value) => `${here} ${valueSpec(value)}`),
    ];
  });
  return `# fish completion for ${name}: ${name} completion fish | source
function __fish_${name}_at --argument-names wanted
  set -l path ''
  for word in (commandline -opc)[2..-1]
    if contains -- $path/$word ${commands
      .slice(1)
      .map(({ path }) => `/${path.join('/')}`)
      .join(' ')}
      set path $path/$word
    end
  end
  test -z $path; and set path /
  test $path = $wanted
end
complete -c ${name} -f
${lines.join('\n')}
`;
}

function optionSpec({ names, description, value }: OptionShape): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const spec = valueSpec(value);
  return [...flags, ...(spec === '' ? [] : [spec]), `-d ${quote(description)}`].join(' ');
}

function valueSpec(value: ValueKind): string {
  switch (value.kind) {
    case 'choice':
      return `-x -a ${quote(value.choices.join(' '))}`;
    case 'file':
      return '-r -F';
    case 'any':
      return '-x';
    case 'none':
      return '';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
