import type { Metadata } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo } from '../generated/google/rpc/error_details';
import { Status } from '../generated/google/rpc/status';

/** Domain of the ErrorInfo that the service itself writes. */
export const ERROR_DOMAIN = 'slmbx';

const DETAILS_KEY = 'grpc-status-details-bin';
const TYPE_PREFIX = 'type.googleapis.com/google.rpc.';

/** A field of a request that failed validation. */
export interface FieldViolation {
  /** Path of the field, such as `mailbox_id`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What a failed call says of itself beyond its status. */
export interface ErrorDetails {
  /** The service answered: the failure doesn't come from the transport. */
  readonly fromService: boolean;
  readonly reason: string | undefined;
  readonly errno: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
}

const NO_DETAILS: ErrorDetails = Object.freeze({
  fromService: false,
  reason: undefined,
  errno: undefined,
  metadata: Object.freeze({}),
  fieldViolations: Object.freeze([]),
});

/** Reads google.rpc.ErrorInfo and BadRequest out of the trailers. Trailers that can't be read count as none. */
export function readErrorDetails(trailers: Metadata): ErrorDetails {
  const [encoded] = trailers.get(DETAILS_KEY);
  if (!Buffer.isBuffer(encoded)) {
    return NO_DETAILS;
  }
  try {
    return decode(encoded);
  } catch {
    return NO_DETAILS;
  }
}

function decode(encoded: Buffer): ErrorDetails {
  let info: ErrorInfo | undefined;
  let badRequest: BadRequest | undefined;
  for (const { typeUrl, value } of Status.decode(encoded).details) {
    if (typeUrl === TYPE_PREFIX + 'ErrorInfo') {
      info ??= ErrorInfo.decode(value);
    } else if (typeUrl === TYPE_PREFIX + 'BadRequest') {
      badRequest ??= BadRequest.decode(value);
    }
  }
  const fromService = info?.domain === ERROR_DOMAIN;
  const metadata = Object.freeze({ ...(fromService ? info?.metadata : undefined) });
  return {
    fromService,
    reason: fromService ? info?.reason : undefined,
    errno: metadata['errno'],
    metadata,
    fieldViolations: (badRequest?.fieldViolations ?? []).map(({ field, description }) => ({ field, description })),
  };
}
