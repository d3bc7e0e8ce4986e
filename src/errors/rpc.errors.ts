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

/** A message, or those of one call together, are over the service's limit; nothing was done. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';

  constructor(
    readonly bytes: number,
    readonly limit: number,
    readonly mailboxId: number,
    subject: 'The message has' | 'The messages together have' = 'The message has',
  ) {
    super(`${subject} ${bytes} bytes and this service takes ${limit} at most (SLMBX_MAX_MESSAGE_BYTES).`);
  }
}
