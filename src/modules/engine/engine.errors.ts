/** What is known of a refused call. */
export interface Refusal {
  /** Name of the errno, such as `ENOENT`. */
  readonly errno: string;
  /** The call, such as `slmbx_send`. */
  readonly syscall: string;
  /** The mailbox it was for, if it was for one. */
  readonly mailboxId: number | undefined;
  /** EMSGSIZE: bytes that the first message takes. */
  readonly needed?: bigint | undefined;
}

/** The engine refused a call. One class per errno that has a meaning of its own to a caller. */
export class EngineError extends Error implements Refusal {
  readonly errno: string;
  readonly syscall: string;
  readonly mailboxId: number | undefined;
  readonly needed: bigint | undefined;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    const mailbox = refusal.mailboxId === undefined ? '' : ` of mailbox ${refusal.mailboxId}`;
    super(`${refusal.syscall}${mailbox}: ${refusal.errno}`, options);
    this.name = new.target.name;
    this.errno = refusal.errno;
    this.syscall = refusal.syscall;
    this.mailboxId = refusal.mailboxId;
    this.needed = refusal.needed;
  }
}

/** ENODEV: the system isn't initialized. */
export class NotInitializedError extends EngineError {}
/** ENOENT: no mailbox has this id. */
export class MailboxNotFoundError extends EngineError {}
/** EEXIST: the mailbox, or the initialized system, is there already. */
export class AlreadyExistsError extends EngineError {}
/** EPERM: the caller may not do this. */
export class NotPermittedError extends EngineError {}
/** EACCES: the service may not use the engine. */
export class EngineAccessError extends EngineError {}
/** EINVAL: an argument the engine refuses. */
export class InvalidArgumentError extends EngineError {}
/** EDQUOT: the quota of the owner is used up. */
export class QuotaExceededError extends EngineError {}
/** ENOMEM: the engine has no memory for it. */
export class OutOfMemoryError extends EngineError {}
/** ESRCH: the mailbox is empty. */
export class MailboxEmptyError extends EngineError {}
/** EMSGSIZE: the first message is longer than what may be received. */
export class MessageTooLongError extends EngineError {}
/** ESTALE: there is no such lease, or no more. */
export class LeaseExpiredError extends EngineError {}
/** ELOOP: dead-letter mailboxes would go round, or too many follow one another. */
export class DeadLetterLoopError extends EngineError {}
/** EUSERS: the engine takes no further connection. */
export class EngineBusyError extends EngineError {}
/** ECONNREFUSED, ECONNRESET, ENOSYS: no engine answers. */
export class EngineUnavailableError extends EngineError {}

const CLASSES: ReadonlyMap<string, new (refusal: Refusal, options?: ErrorOptions) => EngineError> = new Map([
  ['ENODEV', NotInitializedError],
  ['ENOENT', MailboxNotFoundError],
  ['EEXIST', AlreadyExistsError],
  ['EPERM', NotPermittedError],
  ['EACCES', EngineAccessError],
  ['EINVAL', InvalidArgumentError],
  ['EDQUOT', QuotaExceededError],
  ['ENOMEM', OutOfMemoryError],
  ['ESRCH', MailboxEmptyError],
  ['EMSGSIZE', MessageTooLongError],
  ['ESTALE', LeaseExpiredError],
  ['ELOOP', DeadLetterLoopError],
  ['EUSERS', EngineBusyError],
  ['ECONNREFUSED', EngineUnavailableError],
  ['ECONNRESET', EngineUnavailableError],
  ['ENOSYS', EngineUnavailableError],
]);

/** The error class for a refusal; EngineError itself for an errno without one. */
export function engineError(refusal: Refusal, options?: ErrorOptions): EngineError {
  return new (CLASSES.get(refusal.errno) ?? EngineError)(refusal, options);
}
