import { walk, type CommandShape, type OptionShape, type ValueKind } from './describe';

/** A script for bash 4 and later; it needs no other package. */
export function bashCompletion(root: CommandShape): string {
  const commands = [...walk(root)];
  const options = uniqueOptions(commands.map(({ shape }) => shape));
  const takingValue = options.filter(({ value }) => value.kind !== 'none');
  const name = `_${root.name}`;
  return `# bash completion for ${root.name}: source <(${root.name} completion bash)
${name}_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}
${name}_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path='' count=0 value_of='' i word
  COMPREPLY=()
  # The commands on the line, and how many words of the last one's own stand before the cursor.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # readline parts words at = and : too.
    if [[ $word == [=:]* ]]; then
      value_of=\${value_of:-$word}
      continue
    fi
    if [[ -n $value_of ]]; then
      value_of=''
      continue
    fi
    case $word in
      ${patterns(takingValue.flatMap(({ names }) => names))}) value_of=$word ;;
      -*) ;;
      *)
        case $path/$word in
          ${patterns(commands.slice(1).map(({ path }) => `/${path.join('/')}`))}) path=$path/$word ;;
          *) count=$((count + 1)) ;;
        esac
        ;;
    esac
  done
  if [[ $cur == [=:] ]]; then
    cur=''
  fi
  if [[ -n $value_of ]]; then
    case $value_of in
${takingValue.map(({ names, value }) => branch(names, valueAction(name, value))).join('')}    esac
  elif [[ $cur == -* ]]; then
    case $path in
${commands.map(({ path, shape }) => branch([`'${where(path)}'`], wordsAction(name, optionNames(shape)))).join('')}    esac
  else
    case "$path $count" in
${commands.flatMap(({ path, shape }) => positionals(name, path, shape)).join('')}    esac
  fi
}
complete -F ${name} ${root.name}
`;
}

/** An option means the same in every command that has it. */
function uniqueOptions(shapes: readonly CommandShape[]): OptionShape[] {
  const byName = new Map(shapes.flatMap(({ options }) => options).map((option) => [option.names.join(), option]));
  return [...byName.values()];
}

function positionals(name: string, path: readonly string[], { commands, values }: CommandShape): string[] {
  if (commands.length > 0) {
    const names = commands.map((child) => child.name);
    return [branch([`'${where(path)} 0'`], wordsAction(name, names))];
  }
  return values.map((value, index) => branch([`'${where(path)} ${index}'`], valueAction(name, value)));
}

function valueAction(name: string, value: ValueKind): string {
  switch (value.kind) {
    case 'choice':
      return wordsAction(name, value.choices);
    case 'file':
      return `${name}_files "$cur"`;
    case 'any':
    case 'none':
      return '';
  }
}

function wordsAction(name: string, words: readonly string[]): string {
  return `${name}_words '${words.join(' ')}' "$cur"`;
}

/** A branch of a `case`, or nothing if there is nothing to do in it. */
function branch(alternatives: readonly string[], action: string): string {
  return action === '' ? '' : `      ${patterns(alternatives)}) ${action} ;;\n`;
}

function patterns(alternatives: readonly string[]): string {
  return alternatives.join(' | ');
}

function optionNames({ options }: CommandShape): string[] {
  return options.flatMap(({ names }) => names);
}

function where(path: readonly string[]): string {
  return path.map((word) => `/${word}`).join('');
}
