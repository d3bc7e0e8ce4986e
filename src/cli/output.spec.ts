import { bytes, formatTable } from './output';

const ROWS = [
  ['Mailbox', '42'],
  ['Next message', 'none'],
] as const;

it('boxes a table for a terminal', () => {
  expect(formatTable(ROWS, true)).toBe(
    ['┌──────────────┬──────┐', '│ Mailbox      │ 42   │', '│ Next message │ none │', '└──────────────┴──────┘'].join(
      '\n',
    ),
  );
});

it('aligns it plainly for anything else', () => {
  expect(formatTable(ROWS, false)).toBe('Mailbox       42\nNext message  none');
});

it('counts bytes', () => {
  expect([0, 1, 2, 1n, 5n].map(bytes)).toEqual(['0 bytes', '1 byte', '2 bytes', '1 byte', '5 bytes']);
});
