import type { FieldViolation, SlmbxRpcError, StatusName } from '../client';
import { EXIT_KINDS, type ExitKind } from './exit-codes';

/** A failure of the command itself, of a known kind. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly exit: ExitKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A word of the command line, or of the environment, is wrong. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT_KINDS.usage, message);
}

/** What went wrong, in the shape that `--json` prints. */
export interface Failure {
  readonly kind: string;
  readonly exitCode: number;
  readonly message: string;
  /** The call changes something, and may have done so all the same. */
  readonly mayHaveTakenEffect: boolean;
  readonly code?: string;
  readonly reason?: string;
  readonly errno?: string;
  readonly fieldViolations?: readonly FieldViolation[];
}

/** A failure that is told already in the words it shall have. */
export class KnownFailure extends Error {
  override readonly name = 'KnownFailure';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const BY_STATUS: Partial<Record<StatusName, ExitKind>> = {
  NOT_FOUND: EXIT_KINDS.notFound,
  ALREADY_EXISTS: EXIT_KINDS.exists,
  PERMISSION_DENIED: EXIT_KINDS.notPermitted,
  FAILED_PRECONDITION: EXIT_KINDS.notInitialized,
  INVALID_ARGUMENT: EXIT_KINDS.usage,
  RESOURCE_EXHAUSTED: EXIT_KINDS.limit,
  UNAVAILABLE: EXIT_KINDS.unavailable,
  DEADLINE_EXCEEDED: EXIT_KINDS.deadline,
};

/** Names the kind of any error that a command ends in. */
export function toFailure(error: unknown): Failure {
  if (error instanceof KnownFailure) {
    return error.failure;
  }
  if (isRpcError(error)) {
    return rpcFailure(error);
  }
  if (error instanceof CommandError) {
    return { ...codeOf(error.exit), message: error.message, mayHaveTakenEffect: false };
  }
  const exit = error instanceof Error && error.name === 'MessageTooLargeError' ? EXIT_KINDS.limit : EXIT_KINDS.failed;
  const message = error instanceof Error ? error.message : String(error);
  return { ...codeOf(exit), message, mayHaveTakenEffect: false };
}

/**
 * Makes a call that changes something. If it ends in a way that leaves open whether it was carried out, `doubt` says what
 * may have happened.
 */
export async function changing<T>(doubt: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const failure = toFailure(error);
    if (failure.mayHaveTakenEffect || failure.kind === EXIT_KINDS.interrupted.kind) {
      throw new KnownFailure({ ...failure, message: `${failure.message} ${doubt}`, mayHaveTakenEffect: true });
    }
    throw error;
  }
}

// By its shape: to ask for the class would load the client, and gRPC with it, for commands that need neither.
function isRpcError(error: unknown): error is SlmbxRpcError {
  return error instanceof Error && 'mayHaveTakenEffect' in error && 'fieldViolations' in error;
}

/** Where the service names an RPC to call, a person needs a command. */
const IN_WORDS_OF_COMMANDS: Readonly<Record<string, string>> = {
  NOT_INITIALIZED: "The mailbox system isn't initialized: run slmbx system init first.",
};

/** Reasons that are of another kind than their status. */
const BY_REASON: Readonly<Partial<Record<string, ExitKind>>> = {
  DEAD_LETTER_LOOP: EXIT_KINDS.usage,
};

function rpcFailure(error: SlmbxRpcError): Failure {
  const { code, reason, errno, fieldViolations, mayHaveTakenEffect } = error;
  const message = IN_WORDS_OF_COMMANDS[reason ?? ''] ?? error.message;
  return {
    ...codeOf(BY_REASON[reason ?? ''] ?? BY_STATUS[code] ?? EXIT_KINDS.failed),
    message,
    mayHaveTakenEffect,
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(errno === undefined ? {} : { errno }),
    ...(fieldViolations.length === 0 ? {} : { fieldViolations }),
  };
}

function codeOf({ kind, exitCode }: ExitKind): { kind: string; exitCode: number } {
  return { kind, exitCode };
}
