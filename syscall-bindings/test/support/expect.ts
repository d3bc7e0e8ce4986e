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
