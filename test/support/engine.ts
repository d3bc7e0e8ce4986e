import { startDaemon } from './daemon';
import { resetKernel } from './kernel';

const ENGINES = ['daemon', 'syscall', 'device'] as const;

/** Engine that the tests run on: a daemon of their own, or the kernel they run under. */
export const ENGINE = chooseEngine(process.env['SLMBX_TEST_ENGINE'] ?? 'daemon');

interface Scale {
  /** Factor on the time that something may take. */
  readonly patience: number;
  /** Calls that are many. */
  readonly calls: number;
  /** Bytes of the longest message that services take unless a test says otherwise. */
  readonly maxMessage: number;
  /** Bytes of a message that is far longer. */
  readonly hugeMessage: number;
}

const MIB = 1024 * 1024;
/** As the service has it by itself. */
const DEFAULT_MAX_MESSAGE = 64 * MIB;
/**
 * Guests are emulated: a system call takes a hundred times as long there. And a process of user-mode Linux has at most
 * 65,530 pages, since each is a mapping of its host's: four copies of a message must fit beside Node itself.
 */
const GUEST: Scale = { patience: 6, calls: 1000, maxMessage: 8 * MIB, hugeMessage: 16 * MIB };
const SCALES: Record<typeof ENGINE, Scale> = {
  daemon: { patience: 1, calls: 1000, maxMessage: DEFAULT_MAX_MESSAGE, hugeMessage: 256 * MIB },
  syscall: GUEST,
  device: GUEST,
};

/** What is done in time, and in the memory there is, where this engine is. */
export const SCALE = SCALES[ENGINE];

/** What makes services and commands take messages of that length; nothing where they do so anyway. */
export const MAX_MESSAGE_ENV: Record<string, string> =
  SCALE.maxMessage === DEFAULT_MAX_MESSAGE ? {} : { SLMBX_MAX_MESSAGE_BYTES: String(SCALE.maxMessage) };

/** What a uid may have at most. */
export interface Quotas {
  maxBytesPerUid?: number;
  maxMailboxesPerUid?: number;
}

/** A mailbox system that nobody else uses. Whoever started it ends it. */
export interface Engine {
  /** Variables that lead a process to it. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** A system that isn't initialised. A kernel has just one, so there may be one of these at a time. */
export async function startEngine(quotas: Quotas = {}): Promise<Engine> {
  if (ENGINE !== 'daemon') return resetKernel(ENGINE, quotas);
  const { maxBytesPerUid, maxMailboxesPerUid } = quotas;
  const args = [
    ...(maxBytesPerUid === undefined ? [] : ['--max-bytes-per-uid', String(maxBytesPerUid)]),
    ...(maxMailboxesPerUid === undefined ? [] : ['--max-mailboxes-per-uid', String(maxMailboxesPerUid)]),
  ];
  return await startDaemon({ args });
}

function chooseEngine(name: string): (typeof ENGINES)[number] {
  const known = ENGINES.find((engine) => engine === name);
  if (known === undefined) throw new Error(`SLMBX_TEST_ENGINE must be one of ${ENGINES.join(', ')}, not ${name}`);
  return known;
}
