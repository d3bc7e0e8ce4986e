import { isUtf8 } from 'node:buffer';
import type { Message } from '../client';

// A multiple of three, so that the base64 of the pieces is the base64 of the whole.
const PIECE = 3 * 256 * 1024;

/**
 * The message as lower-case hexadecimal digits. In pieces, as in JSON: the text of a very long message is longer than a
 * string may be.
 */
export function* formatHex(data: Buffer): Generator<string> {
  for (const piece of pieces(data)) {
    yield piece.toString('hex');
  }
  yield '\n';
}

/** The message as one line of JSON; `utf8` is there if the bytes are UTF-8. */
export function* formatJson(id: number, { data, truncated }: Message): Generator<string> {
  yield `{"id":${id},"bytes":${data.length},"truncated":${truncated},"base64":"`;
  for (const piece of pieces(data)) {
    yield piece.toString('base64');
  }
  yield '"';
  if (isUtf8(data)) {
    yield ',"utf8":"';
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (const piece of pieces(data)) {
      yield jsonText(decoder.decode(piece, { stream: true }));
    }
    yield '"';
  }
  yield '}\n';
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function* pieces(data: Buffer): Generator<Buffer> {
  for (let start = 0; start < data.length; start += PIECE) {
    yield data.subarray(start, start + PIECE);
  }
}
