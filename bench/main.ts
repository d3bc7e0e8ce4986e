import { bindings } from './bindings';
import { kernel } from './kernel';
import { lookup } from './lookup';
import { memory } from './memory';
import { pair } from './pair';
import { unary } from './unary';

type Options = ReadonlySet<string>;

interface Benchmark {
  readonly run: (options: Options) => void | Promise<void>;
  /** Words that may follow it, as --WORD. */
  readonly options: readonly string[];
}

const benchmarks: Record<string, Benchmark> = {
  bindings: { run: bindings, options: [] },
  kernel: { run: kernel, options: ['profile'] },
  lookup: { run: lookup, options: [] },
  memory: { run: memory, options: [] },
  pair: { run: pair, options: [] },
  unary: { run: unary, options: [] },
};

class UsageError extends Error {}

interface Choice {
  readonly benchmark: Benchmark;
  readonly options: Set<string>;
}

/** Each name with the options that follow it. */
function choose(args: readonly string[]): Choice[] {
  const choices: Choice[] = [];
  for (const arg of args) {
    const choice = choices.at(-1);
    const benchmark = benchmarks[arg];
    if (benchmark !== undefined) choices.push({ benchmark, options: new Set() });
    else if (choice?.benchmark.options.some((option) => arg === `--${option}`)) choice.options.add(arg.slice(2));
    else throw new UsageError(`there is no benchmark "${arg}"; there are ${names().join(', ')}`);
  }
  return choices;
}

function names(): string[] {
  return Object.entries(benchmarks).map(([name, { options }]) =>
    [name, ...options.map((option) => `[--${option}]`)].join(' '),
  );
}

async function main(args: readonly string[]): Promise<void> {
  const choices = choose(args.length > 0 ? args : Object.keys(benchmarks));
  for (const { benchmark, options } of choices) await benchmark.run(options);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`slmbx: ${error.message}`);
  process.exitCode = 2;
});
