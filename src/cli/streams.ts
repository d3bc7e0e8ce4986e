import { fstatSync, write as writeCallback } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const STDIN = 0;
export const STDOUT = 1;

export type Chunk = string | Uint8Array;

const write = promisify(writeCallback);

/** Why a file couldn't be used, in words: "no space left on device (ENOSPC)". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = 'code' in error ? String(error.code) : '';
  // Node's own: "ENOENT: no such file or directory, open '/x'".
  const text = /^[A-Z0-9]+: (?<text>[^,]+)/.exec(error.message)?.groups?.['text'];
  return text === undefined ? error.message : `${text} (${code})`;
}

export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/**
 * Writes all of it to standard output, or throws what the system said; the signal's reason if that came while whoever
 * reads it let us wait.
 */
export async function writeStdout(chunks: Iterable<Chunk>, signal: AbortSignal): Promise<void> {
  const stat = fstatSync(STDOUT);
  if (stat.isFile() || (stat.isCharacterDevice() && !process.stdout.isTTY)) {
    // The stream that Node lays over a file takes a short write, as on a full disk, for a whole one.
    await writeFully(STDOUT, chunks);
    return;
  }
  for (const chunk of chunks) {
    await streamWrite(process.stdout, chunk, signal);
  }
}

/** For people and error messages: that nobody reads them is no failure. */
export async function writeStderr(text: string): Promise<void> {
  await streamWrite(process.stderr, text).catch(() => undefined);
}

/** Writes all of it to the descriptor, however little the system takes at a time. */
export async function writeFully(fd: number, chunks: Iterable<Chunk>): Promise<void> {
  for (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let offset = 0; offset < bytes.length;) {
      offset += await writeSome(fd, bytes, offset);
    }
  }
}

async function writeSome(fd: number, bytes: Uint8Array, offset: number): Promise<number> {
  try {
    const { bytesWritten } = await write(fd, bytes, offset, bytes.length - offset, null);
    return bytesWritten;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
      await sleep(10);
      return 0;
    }
    throw error;
  }
}

function streamWrite(stream: NodeJS.WriteStream, chunk: Chunk, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    // The error comes by the callback and as an event, which nobody's listening for would make an exception.
    stream.once('error', reject);
    stream.write(chunk, (error) => {
      signal?.removeEventListener('abort', onAbort);
      if (error) {
        reject(error);
      } else {
        stream.off('error', reject);
        resolve();
      }
    });
  });
}
