import { measure } from './processes';
import { Samples } from './statistics';
import { printTable } from './table';

const ROUNDS = 3;
const COUNT = 1_000_000;

/** Resident bytes of an empty mailbox and of a 64-byte message. */
export function memory(): void {
  const samples = new Samples<string>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of measure('memory', [String(COUNT)])) {
      const [what = '', bytes] = line.split('\t');
      samples.add(what, Number(bytes));
    }
  }
  printTable(
    `Resident memory a piece, bytes, over ${COUNT.toLocaleString('en')} of each, median of ${ROUNDS}`,
    ['what', 'bytes'],
    [
      ['empty mailbox', samples.median('mailbox').toFixed(0)],
      ['64-byte message', samples.median('message').toFixed(0)],
    ],
  );
}
