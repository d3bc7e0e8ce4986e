import { CommandError } from './failures';
import {
  collectMailboxIds,
  parseInverseProbability,
  parseMailboxId,
  parseMaxBytes,
  parseMaxPointers,
  parseTimeout,
  quote,
} from './words';

/** The message of the usage error that `parse` ends in. */
function complaint(parse: (word: string) => unknown, word: string): string {
  try {
    parse(word);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).exit.kind).toBe('usage');
    return (error as CommandError).message;
  }
  throw new Error(`${word} was taken`);
}

const NO_WHOLE_NUMBERS = [
  '',
  ' ',
  ' 1',
  '1 ',
  '1.5',
  '1.0',
  '-1',
  '+1',
  '1e3',
  '0x10',
  '1_000',
  '１',
  '042',
  'x',
  'NaN',
];

describe.each([
  { parse: parseMailboxId, low: 1, high: 4294967294, out: ['0', '4294967295', '4294967296', '9'.repeat(400)] },
  { parse: parseMaxBytes, low: 0, high: 4294967295, out: ['4294967296'] },
  { parse: parseMaxPointers, low: 1, high: 4294967295, out: ['0', '4294967296'] },
])('$parse.name', ({ parse, low, high, out }) => {
  it('takes its range', () => {
    for (const value of [low, 1, 42, high]) {
      expect(parse(String(value))).toBe(value);
    }
  });

  it.each([...NO_WHOLE_NUMBERS, ...out])('refuses %p in one sentence that names it', (word) => {
    const message = complaint(parse, word);
    expect(message.startsWith(`${quote(word)} is not a`)).toBe(true);
    expect(message).toContain(`give a whole number from ${low} to ${high}.`);
    expect(message).not.toContain('\n');
  });
});

it('collects ids', () => {
  expect(collectMailboxIds('2', collectMailboxIds('1', undefined))).toEqual([1, 2]);
  expect(complaint((word) => collectMailboxIds(word, [1]), '0')).toContain('"0"');
});

it('takes the inverse probabilities there are', () => {
  expect(['2', '4', '8', '16'].map(parseInverseProbability)).toEqual([2, 4, 8, 16]);
  for (const word of ['', '0', '1', '3', '32', '2.0', '02', 'x']) {
    expect(complaint(parseInverseProbability, word)).toBe(`"${word}" is no inverse probability: give 2, 4, 8 or 16.`);
  }
});

it('takes seconds and gives milliseconds', () => {
  expect(['10', '2.5', '0.001', '2000000', '0.0015'].map(parseTimeout)).toEqual([10_000, 2500, 1, 2_000_000_000, 2]);
  for (const word of ['', '0', '0.0', '0.0001', '-1', '1s', '.5', '5.', '1e1', 'Infinity', '2000001', '1,5']) {
    expect(complaint(parseTimeout, word)).toContain(`"${word}" is no time-out: give seconds from 0.001 to 2000000`);
  }
});

it('quotes words so that they do no harm to a terminal', () => {
  expect(quote('a"b\n\x1b[31m')).toBe('"a\\"b\\n\\u001b[31m"');
  expect(quote('x'.repeat(200))).toHaveLength(83);
});
