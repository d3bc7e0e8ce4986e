import { Metadata, type StatusObject, type status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo } from '../generated/google/rpc/error_details';
import { Status } from '../generated/google/rpc/status';
import type { FieldViolation } from './rpc.errors';

/** google.rpc.ErrorInfo.domain of every error of this service. */
export const ERROR_DOMAIN = 'slmbx';

/** The header a google.rpc.Status travels in, beside gRPC's own status. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

const TYPE_PREFIX = 'type.googleapis.com/google.rpc';

/** What a failed call tells the client. */
export interface Failure {
  readonly code: status;
  readonly message: string;
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
}

/** The status grpc-js sends: code, sentence, and the same with its details as a google.rpc.Status. */
export function toStatus(failure: Failure): StatusObject {
  const { code, message, reason, violations } = failure;
  const details = [
    {
      typeUrl: `${TYPE_PREFIX}.ErrorInfo`,
      value: Buffer.from(
        ErrorInfo.encode({ reason, domain: ERROR_DOMAIN, metadata: { ...failure.metadata } }).finish(),
      ),
    },
  ];
  if (violations !== undefined) {
    const fieldViolations = violations.map((violation) => ({ ...violation, reason: '', localizedMessage: undefined }));
    details.push({
      typeUrl: `${TYPE_PREFIX}.BadRequest`,
      value: Buffer.from(BadRequest.encode({ fieldViolations }).finish()),
    });
  }
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, Buffer.from(Status.encode({ code, message, details }).finish()));
  return { code, details: message, metadata };
}
