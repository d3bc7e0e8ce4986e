import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_KINDS, exitCodeHelp } from './exit-codes';

const kinds = Object.values(EXIT_KINDS);

it('gives each code one meaning', () => {
  expect(new Set(kinds.map(({ exitCode }) => exitCode)).size).toBe(kinds.length);
  expect(kinds.map(({ exitCode }) => exitCode)).toEqual(
    [...kinds.map(({ exitCode }) => exitCode)].sort((a, b) => a - b),
  );
});

it('has every code in the help', () => {
  const lines = exitCodeHelp().split('\n');
  for (const { exitCode, meaning } of kinds) {
    expect(lines).toContain(`${String(exitCode).padStart(5)}  ${meaning}`);
  }
});

it('has every code and kind in the documentation, in the same words', () => {
  const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
  const documented = page
    .split('\n')
    .map((line) => /^\| *(?<code>\d+) *\| *`(?<kind>\w+)` *\| *(?<meaning>.*?) *\|$/.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ code, kind, meaning }) => ({ exitCode: Number(code), kind, meaning }));
  expect(documented).toEqual(kinds.map(({ exitCode, kind, meaning }) => ({ exitCode, kind, meaning })));
});
