import { status } from '@grpc/grpc-js';
import type { ErrorDetails } from './error-details';

/**
 * Failures that grpc-js reports before a byte of the call has left, or that the other side's HTTP/2 layer reports for a
 * call it hasn't looked at (RFC 9113, 8.7). grpc-js tells them apart by their text only; a text it changed would count
 * as "may have taken effect", which is the safe side.
 */
const NOT_STARTED = /^(?:No connection established|Name resolution failed|Stream refused by server)/;
/** A gRPC server measures a request before it hands it over. */
const REQUEST_TOO_LARGE = 'Received message larger than max';

/** errnos of ENGINE_UNAVAILABLE that say that the service never reached the engine. */
const ENGINE_NOT_REACHED = new Set(['ECONNREFUSED', 'ENOSYS']);

/**
 * What the service answers when it doesn't know itself. Its own CANCELLED and DEADLINE_EXCEEDED say that the call was
 * given up before it ran.
 */
const ANSWERED_IN_DOUBT = new Set([status.INTERNAL, status.UNKNOWN]);

/**
 * Whether a failed call that changes something may have been carried out all the same.
 *
 * A call that the engine refused changed nothing. For the rest only what is known to have stopped before the engine counts
 * as not carried out; anything else, a lost connection above all, may have happened.
 */
export function mayHaveBeenCarriedOut(code: status, message: string, details: ErrorDetails): boolean {
  return details.fromService ? answeredInDoubt(code, details) : brokeInDoubt(code, message);
}

function answeredInDoubt(code: status, { reason, errno }: ErrorDetails): boolean {
  if (code === status.UNAVAILABLE) {
    return !(reason === 'ENGINE_BUSY' || (errno !== undefined && ENGINE_NOT_REACHED.has(errno)));
  }
  return ANSWERED_IN_DOUBT.has(code);
}

function brokeInDoubt(code: status, message: string): boolean {
  if (code === status.UNAVAILABLE) {
    return !NOT_STARTED.test(message);
  }
  if (code === status.RESOURCE_EXHAUSTED) {
    return !message.startsWith(REQUEST_TOO_LARGE);
  }
  return code !== status.UNIMPLEMENTED && code !== status.UNAUTHENTICATED;
}
