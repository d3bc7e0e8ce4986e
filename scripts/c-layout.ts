/*
 * clang-format decides where lines break and how far they are indented. It has no notion of the kernel's columns: the
 * gaps inside a line (trailing comments, members, values), macro definitions and rows of tables are laid out by hand.
 */

/** A line, or a stretch of lines that are laid out by hand. */
interface Piece {
  /** Undefined where layout is free; else equal for lines that differ by inner gaps only. */
  key: string | undefined;
  text: string[];
}

const DEFINE = /^\s*#\s*define\b/;
/** Braces on one line, a macro that makes a row, or constants. */
const TABLE_ROW = /^\s*(?:\{.*\},?|[A-Z][A-Z_]*\(.*\),|(?:[\da-fxA-Z_()<>+|* -]+,\s*)+)$/;

function keyOf(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  // clang-format 14 takes the asterisk of `} *name` for a product.
  return (
    indent +
    line
      .slice(indent.length)
      .replace(/[ \t]+/g, ' ')
      .replace(/^\} \* /, '} *')
  );
}

function pieces(source: string): Piece[] {
  const result: Piece[] = [];
  let inDefine = false;
  for (const line of source.split('\n')) {
    const free = inDefine || DEFINE.test(line) || TABLE_ROW.test(line);
    inDefine = (inDefine || DEFINE.test(line)) && line.endsWith('\\');
    const last = result.at(-1);
    if (free && last !== undefined && last.key === undefined) last.text.push(line);
    else result.push({ key: free ? undefined : keyOf(line), text: [line] });
  }
  return result;
}

/** The first line (from 1) that clang-format would lay out otherwise; undefined if there is none. */
export function firstMisplacedLine(source: string, formatted: string): number | undefined {
  const wanted = pieces(formatted);
  let line = 1;
  for (const [index, piece] of pieces(source).entries()) {
    if (piece.key !== wanted[index]?.key) return line;
    line += piece.text.length;
  }
  return undefined;
}

/** `formatted` with what is laid out by hand as `source` has it. */
export function keepHandLayout(source: string, formatted: string): string {
  const before = pieces(source);
  const after = pieces(formatted);
  const free = (all: Piece[]): Piece[] => all.filter(({ key }) => key === undefined);
  const byHand = free(before);
  // Stretches keep their order; if one was split or joined there is no telling which is which.
  const keepFree = byHand.length === free(after).length;
  const byKey = new Map<string, string[]>();
  for (const { key, text } of before) {
    if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), ...text]);
  }
  return after
    .flatMap(({ key, text }) => {
      if (key === undefined) return keepFree ? (byHand.shift()?.text ?? text) : text;
      return [byKey.get(key)?.shift() ?? text.join('\n')];
    })
    .join('\n');
}
