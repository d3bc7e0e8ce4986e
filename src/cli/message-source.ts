import { isUtf8 } from 'node:buffer';
import { constants, createReadStream, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { EXIT_KINDS } from './exit-codes';
import { CommandError, usageError } from './failures';
import { reasonOf, STDIN } from './streams';
import { quote } from './words';

const READ_BYTES = 1024 * 1024;

/** Where the message of a send comes from. */
export interface MessageSource {
  readonly text: string | undefined;
  readonly file: string | undefined;
}

/** The bytes to send, `limit` at most. */
export async function readMessage(source: MessageSource, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const { text, file } = source;
  if (text !== undefined && file !== undefined) {
    throw usageError(`Give the message as TEXT or with --file, not both: ${quote(text)} and ${quote(file)}.`);
  }
  if (file !== undefined && file !== '-') {
    return await readFile(file, limit, signal);
  }
  if (file === '-' || text === '-') {
    return await readStdin(limit, signal);
  }
  if (text !== undefined) {
    return textBytes(text, limit);
  }
  if (!isFed(fstatSync(STDIN))) {
    throw usageError('There is no message: give TEXT, --file FILE, or - to read standard input.');
  }
  return await readStdin(limit, signal);
}

/** A word of the command line that isn't UTF-8 has reached us with its bytes replaced. */
function textBytes(text: string, limit: number): Buffer {
  if (text.includes('\uFFFD') && !isUtf8(readFileSync('/proc/self/cmdline'))) {
    throw usageError('TEXT is not UTF-8: send these bytes with --file, or through standard input.');
  }
  const bytes = Buffer.from(text);
  if (bytes.length > limit) {
    throw tooLarge('TEXT', bytes.length, limit);
  }
  return bytes;
}

async function readFile(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // A plain open of a named pipe would wait for a writer, deaf to Ctrl-C.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    // Before a byte is read. What isn't a regular file has no size to go by.
    if (stat.isFile() && stat.size > limit) {
      throw tooLarge(quote(path), stat.size, limit);
    }
    const stream = stat.isFIFO()
      ? new Socket({ fd, readable: true, writable: false })
      : createReadStream(path, { fd, highWaterMark: READ_BYTES });
    return await collect(stream, quote(path), limit, signal);
  } catch (error) {
    throw readError(error, quote(path));
  }
}

/** A pipe, socket or file is there to be read. A terminal or /dev/null is what a command has that was given no input. */
function isFed(stdin: Stats): boolean {
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
}

async function readStdin(limit: number, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // Where Node doesn't know what standard input is, a directory for one, its own stream ends at once.
    const stream = isatty(STDIN) || isFed(fstatSync(STDIN)) ? process.stdin : createReadStream('', { fd: STDIN });
    return await collect(stream, 'Standard input', limit, signal);
  } catch (error) {
    throw readError(error, 'Standard input');
  }
}

async function collect(stream: Readable, name: string, limit: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  addAbortSignal(signal, stream);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) {
        throw tooLarge(name, undefined, limit);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return Buffer.concat(chunks, length);
}

function readError(error: unknown, name: string): unknown {
  return error instanceof CommandError
    ? error
    : new CommandError(EXIT_KINDS.localIo, `${name} can't be read: ${reasonOf(error)}. Nothing was sent.`);
}

function tooLarge(name: string, length: number | undefined, limit: number): CommandError {
  const holds = length === undefined ? `more than ${limit} bytes` : `${length} bytes`;
  return new CommandError(
    EXIT_KINDS.limit,
    `${name} has ${holds} and a message may have ${limit} at most. Nothing was sent.`,
  );
}
