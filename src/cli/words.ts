import { usageError } from './failures';

// What the service and its engine take. They are repeated here, not imported: to import the client is to load gRPC.
const MAX_ID = 4294967294;
const MAX_UID = 4294967294;
const MAX_UINT32 = 4294967295;
const MAX_DELIVERIES = 65535;
const INVERSE_PROBABILITIES = ['2', '4', '8', '16'];
const MAX_TIMEOUT_SECONDS = 2_000_000;

const WHOLE_NUMBER = /^(?:0|[1-9][0-9]*)$/;
const DECIMAL_NUMBER = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

export function parseMailboxId(word: string): number {
  return whole(word, 'a mailbox id', 1, MAX_ID);
}

/** The ids of a command that takes several, one word after the other. */
export function collectMailboxIds(word: string, previous: readonly number[] | undefined): readonly number[] {
  return [...(previous ?? []), parseMailboxId(word)];
}

export function parseMaxBytes(word: string): number {
  return whole(word, 'a number of bytes', 0, MAX_UINT32);
}

/** A limit of a mailbox, as large as a number is exact. */
export function parseLimit(word: string): number {
  return whole(word, 'a limit', 0, Number.MAX_SAFE_INTEGER);
}

export function parseMaxDeliveries(word: string): number {
  return whole(word, 'a number of deliveries', 0, MAX_DELIVERIES);
}

/** The dead-letter mailbox; 0 for none. */
export function parseDeadLetterId(word: string): number {
  return whole(word, 'a mailbox id or 0', 0, MAX_ID);
}

export function parseUid(word: string): number {
  return whole(word, 'a uid', 0, MAX_UID);
}

export function parseMaxPointers(word: string): number {
  return whole(word, 'a number of pointers', 1, MAX_UINT32);
}

export function parseInverseProbability(word: string): number {
  if (!INVERSE_PROBABILITIES.includes(word)) {
    throw usageError(`${quote(word)} is no inverse probability: give 2, 4, 8 or 16.`);
  }
  return Number(word);
}

/** Seconds as the user writes them, milliseconds as the client takes them. */
export function parseTimeout(word: string): number {
  const seconds = DECIMAL_NUMBER.test(word) ? Number(word) : NaN;
  const milliseconds = Math.round(seconds * 1000);
  if (!(milliseconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS)) {
    throw usageError(
      `${quote(word)} is no time-out: give seconds from 0.001 to ${MAX_TIMEOUT_SECONDS}, such as 10 or 2.5.`,
    );
  }
  return milliseconds;
}

function whole(word: string, what: string, min: number, max: number): number {
  const value = WHOLE_NUMBER.test(word) ? Number(word) : NaN;
  if (!(value >= min && value <= max)) {
    throw usageError(`${quote(word)} is not ${what}: give a whole number from ${min} to ${max}.`);
  }
  return value;
}

/** A word as the user gave it, cut where it gets long and with control characters escaped. */
export function quote(word: string): string {
  return JSON.stringify(word.length > 80 ? `${word.slice(0, 80)}…` : word);
}
