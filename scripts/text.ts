import { readFileSync } from 'node:fs';

/** The end of a file, indented to stand below a sentence; empty if it can't be read. Tests that passed are left out. */
export function lastLines(path: string, count: number): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return '';
  }
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !/^ok \d/.test(line))
    .slice(-count);
  return lines.map((line) => `    ${line}`).join('\n');
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
