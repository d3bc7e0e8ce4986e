import { SlmbxError } from 'slmbx-bindings';

/** Runs `call` and returns the SlmbxError it must throw. */
export function failure(call: () => unknown): SlmbxError {
  try {
    call();
  } catch (error) {
    if (error instanceof SlmbxError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** The code of the SlmbxError that `call` must throw. */
export function codeOf(call: () => unknown): string {
  return failure(call).code;
}

/** What `stat` says of a mailbox that nothing was done with but sending and receiving. */
export const PLAIN = {
  leased: 0n,
  delayed: 0n,
  expired: 0n,
  dead: 0n,
  maxMessages: 0n,
  maxBytes: 0n,
  maxDeliveries: 0,
  deadLetterId: 0,
} as const;

/** A number of nanoseconds, which nobody can foretell. */
export const someTime = expect.any(BigInt) as bigint;
