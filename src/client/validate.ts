/** Smallest and largest id a mailbox may have. */
export const MIN_MAILBOX_ID = 1;
export const MAX_MAILBOX_ID = 0xffff_fffe;
export const MAX_UINT32 = 0xffff_ffff;
export const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
/** Messages, or leases, in one call. */
export const BATCH_MAX = 1024;
/** Values of `inverseProbability`. */
export const INVERSE_PROBABILITIES: readonly number[] = Object.freeze([2, 4, 8, 16]);
/** Longest wait a timer of Node takes, in milliseconds. */
export const MAX_TIMER_MS = 0x7fff_ffff;

/** A message, or those of one call together, are longer than the client's `maxMessageBytes`. Nothing was sent. */
export class MessageTooLargeError extends RangeError {
  override readonly name = 'MessageTooLargeError';

  constructor(
    /** Length of the message in bytes. */
    readonly length: number,
    /** The most that may be sent. */
    readonly maxMessageBytes: number,
    subject: 'The message has' | 'The messages together have' = 'The message has',
  ) {
    super(`${subject} ${length} bytes and ${maxMessageBytes} may be sent at most.`);
  }
}

/** Throws TypeError for anything but a number, RangeError for a number that isn't a whole one from `min` to `max`. */
export function checkInteger(name: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} must be a number, not ${describe(value)}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
}

export function checkMailboxId(id: unknown): asserts id is number {
  checkInteger('the mailbox id', id, MIN_MAILBOX_ID, MAX_MAILBOX_ID);
}

/** Throws TypeError for what is neither a number nor a bigint, RangeError for one that isn't whole and 0 to 2^64 - 1. */
export function checkUint64(name: string, value: unknown): asserts value is number | bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new TypeError(`${name} must be a number or a bigint, not ${describe(value)}`);
  }
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || value < 0 || value > MAX_UINT64) {
    throw new RangeError(`${name} must be a whole number from 0 to ${MAX_UINT64}, not ${value}`);
  }
}

/** A list of as many items as one call takes. */
export function checkBatch(name: string, items: unknown): asserts items is readonly unknown[] {
  if (!Array.isArray(items)) {
    throw new TypeError(`${name} must be an array, not ${describe(items)}`);
  }
  if (items.length < 1 || items.length > BATCH_MAX) {
    throw new RangeError(`${name} must be 1 to ${BATCH_MAX}, not ${items.length}`);
  }
}

/** A time in milliseconds: more than 0; `Infinity` only where `max` is. */
export function checkMilliseconds(name: string, value: unknown, max: number): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} must be a number of milliseconds, not ${describe(value)}`);
  }
  if (!(value > 0 && value <= max)) {
    throw new RangeError(`${name} must be more than 0 and at most ${max} milliseconds, not ${value}`);
  }
}

export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${name} must be true or false, not ${describe(value)}`);
  }
}

export function checkInverseProbability(value: unknown): asserts value is number {
  checkInteger('inverseProbability', value, 2, 16);
  if (!INVERSE_PROBABILITIES.includes(value)) {
    throw new RangeError(`inverseProbability must be 2, 4, 8 or 16, not ${value}`);
  }
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`signal must be an AbortSignal, not ${describe(signal)}`);
  }
}

/** The bytes of a message: a string is taken as UTF-8, a Uint8Array is not copied. */
export function toMessageBytes(data: unknown, maxMessageBytes: number): Buffer {
  const bytes = asBytes(data);
  if (bytes.byteLength > maxMessageBytes) {
    throw new MessageTooLargeError(bytes.byteLength, maxMessageBytes);
  }
  return bytes;
}

function asBytes(data: unknown): Buffer {
  if (typeof data === 'string') {
    return Buffer.from(data, 'utf8');
  }
  if (data instanceof Uint8Array) {
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }
  throw new TypeError(`the message must be a Uint8Array or a string, not ${describe(data)}`);
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'bigint') {
    return String(value);
  }
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a value of type ${typeof value}`;
}
