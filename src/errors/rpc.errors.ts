/** One field of a request that won't do. */
export interface FieldViolation {
  /** Its name in the proto. */
  readonly field: string;
  readonly description: string;
}

/** A request that fails validation; nothing was done. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';

  constructor(readonly violations: readonly FieldViolation[]) {
    super(violations.map(({ field, description }) => `${field} ${description}`).join('; '));
  }
}

/** A message, or what was asked of one, is over the service's limit; nothing was done. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';

  constructor(
    readonly bytes: number,
    readonly limit: number,
    readonly mailboxId: number,
  ) {
    super(`The message has ${bytes} bytes and this service takes ${limit} at most (SLMBX_MAX_MESSAGE_BYTES).`);
  }
}
