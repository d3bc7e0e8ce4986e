import { status, type ServiceError } from '@grpc/grpc-js';
import { readErrorDetails, type FieldViolation } from './error-details';
import { mayHaveBeenCarriedOut } from './outcome';

/** Name of a gRPC status, such as `NOT_FOUND`. */
export type StatusName = Exclude<keyof typeof status, 'OK'>;

/** What an error is built from. */
export interface RpcErrorFields {
  readonly code: StatusName;
  readonly method: string;
  readonly reason: string | undefined;
  readonly errno: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly mayHaveTakenEffect: boolean;
}

/** A call that failed. The subclasses name the failures a caller may want to tell apart. */
export class SlmbxRpcError extends Error {
  /** Name of the gRPC status, such as `NOT_FOUND`. */
  readonly code: StatusName;
  /** The RPC that failed, such as `SendMessage`. */
  readonly method: string;
  /** `reason` of the service's google.rpc.ErrorInfo, such as `MAILBOX_NOT_FOUND`; `undefined` if the service didn't answer. */
  readonly reason: string | undefined;
  /** Name of the engine's errno, such as `ENOENT`, where the engine refused the call. */
  readonly errno: string | undefined;
  /** `metadata` of the service's google.rpc.ErrorInfo. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields that failed the service's validation. */
  readonly fieldViolations: readonly FieldViolation[];
  /**
   * The call changes something, and may have done so although it failed: the connection broke, or the deadline passed,
   * before the answer came. False if it is certain that nothing changed.
   */
  readonly mayHaveTakenEffect: boolean;

  constructor(message: string, fields: RpcErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = fields.code;
    this.method = fields.method;
    this.reason = fields.reason;
    this.errno = fields.errno;
    this.metadata = fields.metadata;
    this.fieldViolations = fields.fieldViolations;
    this.mayHaveTakenEffect = fields.mayHaveTakenEffect;
  }
}

/** There is no such mailbox (`NOT_FOUND`, ENOENT). */
export class MailboxNotFoundError extends SlmbxRpcError {}
/** The mailbox is there already, or the system is initialized already (`ALREADY_EXISTS`, EEXIST). */
export class AlreadyExistsError extends SlmbxRpcError {}
/** The mailbox is protected and another user's, or the call takes root (`PERMISSION_DENIED`, EPERM, EACCES). */
export class NotPermittedError extends SlmbxRpcError {}
/** The system isn't initialized (`FAILED_PRECONDITION`, ENODEV). */
export class NotInitializedError extends SlmbxRpcError {}
/** The dead letters of the mailbox would come back to it (`FAILED_PRECONDITION`, ELOOP). */
export class DeadLetterLoopError extends SlmbxRpcError {}
/** The service found a field of the request invalid (`INVALID_ARGUMENT`, EINVAL). */
export class InvalidArgumentError extends SlmbxRpcError {}
/** Memory or a limit is exhausted, or a message is too large (`RESOURCE_EXHAUSTED`). */
export class ResourceExhaustedError extends SlmbxRpcError {}
/** The user's quota of bytes or mailboxes, or a limit of the mailbox, is used up (`RESOURCE_EXHAUSTED`, EDQUOT). */
export class QuotaExceededError extends ResourceExhaustedError {}
/** The service or its engine can't be reached (`UNAVAILABLE`). */
export class UnavailableError extends SlmbxRpcError {}
/** No answer came before the deadline (`DEADLINE_EXCEEDED`). */
export class DeadlineExceededError extends SlmbxRpcError {}

interface ErrorRule {
  readonly code: StatusName;
  /** Only with this reason; any if absent. */
  readonly reason?: string;
  readonly errorClass: typeof SlmbxRpcError;
}

/** Which class a failure becomes: the first rule that fits, else {@link SlmbxRpcError}. */
export const ERROR_TABLE: readonly ErrorRule[] = [
  { code: 'NOT_FOUND', errorClass: MailboxNotFoundError },
  { code: 'ALREADY_EXISTS', errorClass: AlreadyExistsError },
  { code: 'PERMISSION_DENIED', errorClass: NotPermittedError },
  { code: 'FAILED_PRECONDITION', reason: 'DEAD_LETTER_LOOP', errorClass: DeadLetterLoopError },
  { code: 'FAILED_PRECONDITION', errorClass: NotInitializedError },
  { code: 'INVALID_ARGUMENT', errorClass: InvalidArgumentError },
  { code: 'RESOURCE_EXHAUSTED', reason: 'QUOTA_EXCEEDED', errorClass: QuotaExceededError },
  { code: 'RESOURCE_EXHAUSTED', errorClass: ResourceExhaustedError },
  { code: 'UNAVAILABLE', errorClass: UnavailableError },
  { code: 'DEADLINE_EXCEEDED', errorClass: DeadlineExceededError },
];

/** What a failed attempt was. */
export interface CallContext {
  /** Name of the RPC. */
  readonly method: string;
  /** The RPC changes something. */
  readonly changesState: boolean;
  /** The address that was called. */
  readonly address: string;
}

/** Builds the named error of a failed attempt. */
export function toRpcError(failure: ServiceError, context: CallContext): SlmbxRpcError {
  const code = statusName(failure.code);
  const details = readErrorDetails(failure.metadata);
  const { fromService, reason, errno, metadata, fieldViolations } = details;
  const rule = ERROR_TABLE.find((entry) => entry.code === code && (entry.reason ?? reason) === reason);
  const ErrorClass = rule?.errorClass ?? SlmbxRpcError;
  return new ErrorClass(
    fromService ? failure.details : transportMessage(code, failure.details, context),
    {
      code,
      method: context.method,
      reason,
      errno,
      metadata,
      fieldViolations,
      mayHaveTakenEffect: context.changesState && mayHaveBeenCarriedOut(failure.code, failure.details, details),
    },
    { cause: failure },
  );
}

function statusName(code: status): StatusName {
  const name = status[code] as keyof typeof status | undefined;
  return name === undefined || name === 'OK' ? 'UNKNOWN' : name;
}

/** What gRPC itself says of a failure, in a sentence that names the address. */
function transportMessage(code: StatusName, details: string, { address }: CallContext): string {
  if (code === 'UNAVAILABLE') {
    const cause = /^No connection established\. Last error: (?:Error: )?(?<text>.*?)\. Resolution note: /s.exec(
      details,
    );
    return cause === null
      ? `The call to the service at ${address} broke: ${details}.`
      : `The service at ${address} can't be reached: ${cause.groups?.['text'] ?? ''}. Start it, or give its address.`;
  }
  if (code === 'DEADLINE_EXCEEDED') {
    return `No answer came from the service at ${address} before the deadline.`;
  }
  return details;
}
