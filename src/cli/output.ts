import { EXIT_KINDS } from './exit-codes';
import { CommandError } from './failures';
import { loadTable } from './lazy';
import { isBrokenPipe, reasonOf, writeStdout } from './streams';

/** What a command has to say once it is done. */
export interface Result {
  /** For programs: printed as one line of JSON. */
  readonly json: object;
  /** For people. */
  readonly text: string;
}

/** How the caller wants to be told. */
export interface PrintOptions {
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Prints the result of a command that changed nothing. */
export async function printFound(result: Result, options: PrintOptions): Promise<void> {
  await print(result, options, '');
}

/** Prints the result of a command that changed something; if that fails, the error says what was done. */
export async function printDone(result: Result, options: PrintOptions): Promise<void> {
  await print(result, options, `${result.text} `);
}

async function print(result: Result, { json, signal }: PrintOptions, done: string): Promise<void> {
  try {
    await writeStdout([`${json ? JSON.stringify(result.json) : result.text}\n`], signal);
  } catch (error) {
    if (error instanceof CommandError) {
      throw new CommandError(error.exit, done + error.message);
    }
    throw new CommandError(
      isBrokenPipe(error) ? EXIT_KINDS.brokenPipe : EXIT_KINDS.localIo,
      `${done}Standard output can't be written: ${reasonOf(error)}.`,
    );
  }
}

/** Rows under a head, the numbers in them to the right; plain everywhere, so that other programs can read it. */
export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_name, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n');
}

/** Names and values, one pair a line: boxed on a terminal, plain anywhere else and with NO_COLOR. */
export function formatTable(
  rows: readonly (readonly [string, string])[],
  boxed = process.stdout.isTTY && !process.env['NO_COLOR'],
): string {
  if (!boxed) {
    const width = Math.max(...rows.map(([name]) => name.length));
    return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  }
  const Table = loadTable();
  const table = new Table({
    style: { head: [], border: [] },
    // No line between the rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(...rows.map(([name, value]) => [name, value]));
  return table.toString();
}

/** "1 message", "2 messages". */
export function messages(count: number | bigint): string {
  return `${count} ${count === 1 || count === 1n ? 'message' : 'messages'}`;
}

/** "1 byte", "2 bytes". */
export function bytes(count: number | bigint): string {
  return `${count} ${count === 1 || count === 1n ? 'byte' : 'bytes'}`;
}
