import { closeSync, constants, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { EXIT_KINDS } from './exit-codes';
import { CommandError } from './failures';
import { reasonOf, writeFully, writeStdout, type Chunk } from './streams';
import { quote } from './words';

/**
 * Where a received message goes. It is opened before the message is taken from its mailbox, so that an output that can't
 * be opened loses nothing.
 */
export interface MessageSink {
  /** What error messages call it. */
  readonly name: string;
  /** Throws what the system said, or the signal's reason. */
  write(chunks: Iterable<Chunk>, signal: AbortSignal): Promise<void>;
  /** No message came: leaves things as they were. */
  discard(): void;
}

/** `-` is standard output. */
export function openSink(path: string): MessageSink {
  return path === '-' ? STDOUT : openFile(path);
}

const STDOUT: MessageSink = { name: 'Standard output', write: writeStdout, discard: () => undefined };

function openFile(path: string): MessageSink {
  const { fd, created } = openForWriting(path);
  return {
    name: quote(path),
    async write(chunks) {
      try {
        // Not when it was opened: without a message the old content stays.
        if (fstatSync(fd).isFile()) {
          ftruncateSync(fd);
        }
        await writeFully(fd, chunks);
      } finally {
        closeSync(fd);
      }
    },
    discard() {
      closeSync(fd);
      if (created) {
        unlinkSync(path);
      }
    },
  };
}

// Not to hang on a named pipe that nobody reads.
const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK;

function openForWriting(path: string): { fd: number; created: boolean } {
  try {
    return { fd: openSync(path, OPEN_FLAGS | constants.O_EXCL, 0o666), created: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw cannotWrite(path, error);
    }
  }
  try {
    return { fd: openSync(path, OPEN_FLAGS, 0o666), created: false };
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): CommandError {
  return new CommandError(
    EXIT_KINDS.localIo,
    `${quote(path)} can't be written: ${reasonOf(error)}. Nothing was received.`,
  );
}
