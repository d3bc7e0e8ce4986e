import { measure } from './processes';
import { Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 7;
const SIZES = [1, 1_000, 1_000_000];
const STRUCTURES = ['skiplist', 'rbtree', 'hash'] as const;

/** Nanoseconds of a lookup in the skip list, beside a red-black tree and a lock-free hash table. */
export function lookup(): void {
  const rows = SIZES.map((size) => {
    const samples = new Samples<(typeof STRUCTURES)[number]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const structure of STRUCTURES) {
        samples.add(structure, Number(measure('lookup', [structure, String(size), '2'])[0]));
      }
    }
    return [
      size.toLocaleString('en'),
      ...STRUCTURES.map((structure) => samples.median(structure).toFixed(1)),
      samples.ratio('skiplist', 'rbtree').toFixed(2),
      samples.ratio('skiplist', 'hash').toFixed(2),
    ];
  });
  printTable(
    `Lookup of a random id that depends on the one before, ns, median of ${ROUNDS}`,
    ['mailboxes', ...STRUCTURES, 'to rbtree', 'to hash'],
    rows,
  );
}
