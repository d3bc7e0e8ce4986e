import { bindings } from './bindings';
import { lookup } from './lookup';
import { memory } from './memory';
import { pair } from './pair';
import { unary } from './unary';

const benchmarks: Record<string, () => void | Promise<void>> = { bindings, lookup, memory, pair, unary };

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in benchmarks));
  if (unknown !== undefined) {
    console.error(`slmbx: there is no benchmark "${unknown}"; there are ${Object.keys(benchmarks).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) await benchmarks[name]?.();
}

void main(process.argv.slice(2));
