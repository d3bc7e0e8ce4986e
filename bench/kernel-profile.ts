import { countInGuest, type CountedSample, type KernelSymbol, symbolsOfGuest } from './guest';
import { printTable } from './table';

const SIZES = [64, 8_192] as const;
const WHATS = [
  { what: 'pair', where: '' },
  { what: 'charged', where: ', in a memory cgroup' },
] as const;
const MECHANISMS = ['slmbx', 'pipe', 'mq', 'sysv', 'seqpacket'] as const;
/** Instructions a pair below which a function isn't listed. */
const LEAST = 0.5;
const USER_END = 1n << 47n;

interface Part {
  readonly name: string;
  readonly instructions: number;
  readonly calls: number;
}

/** Where the instructions of a send and a receive are, by function. */
export async function profileKernel(): Promise<void> {
  const symbols = symbolsOfGuest();
  const { samples } = await countInGuest(['pair=1', 'charged=1'], true);
  for (const size of SIZES) {
    for (const { what, where } of WHATS) {
      for (const mechanism of MECHANISMS) {
        const found = samples.find((one) => one.what === what && one.variant === size && one.mechanism === mechanism);
        if (found !== undefined) print(found, where, partsOf(found, symbols));
      }
    }
  }
}

function print(sample: CountedSample, where: string, parts: readonly Part[]): void {
  const listed = parts.filter((part) => part.instructions >= LEAST);
  const rest = parts.filter((part) => part.instructions < LEAST);
  printTable(
    `${sample.mechanism}, ${sample.variant} bytes${where}: instructions of a send and a receive, by function`,
    ['function', 'instructions', 'calls'],
    [
      ...listed.map((part) => [part.name, part.instructions.toFixed(1), part.calls.toFixed(2)]),
      ['others', rest.reduce((sum, part) => sum + part.instructions, 0).toFixed(1), ''],
      ['all', (sample.instructions / sample.operations).toFixed(1), ''],
    ],
  );
}

/** Per operation, the most first. A call of a function is an execution of its first instruction. */
function partsOf(sample: CountedSample, symbols: readonly KernelSymbol[]): Part[] {
  const parts = new Map<string, { instructions: number; calls: number }>();
  for (const [address, times] of sample.places) {
    const symbol = address < USER_END ? { name: '(user)', address: 0n } : symbolAt(symbols, address);
    const part = parts.get(symbol.name) ?? { instructions: 0, calls: 0 };
    part.instructions += times;
    if (symbol.address === address) part.calls += times;
    parts.set(symbol.name, part);
  }
  return [...parts]
    .map(([name, { instructions, calls }]) => ({
      name,
      instructions: instructions / sample.operations,
      calls: calls / sample.operations,
    }))
    .sort((left, right) => right.instructions - left.instructions);
}

/** The last symbol at or before `address`. */
function symbolAt(symbols: readonly KernelSymbol[], address: bigint): KernelSymbol {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((symbols[middle]?.address ?? address) <= address) low = middle + 1;
    else high = middle;
  }
  return symbols[low - 1] ?? { name: '(unknown)', address: 0n };
}
