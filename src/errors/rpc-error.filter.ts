import { status } from '@grpc/grpc-js';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type Observable, throwError } from 'rxjs';
import { EngineError } from '../modules/engine/engine.errors';
import { MEANINGS } from './reasons';
import { MessageTooLargeError, ValidationError } from './rpc.errors';
import { type Failure, toStatus } from './status-details';

/** Turns whatever a handler throws into a gRPC status with details. */
@Catch()
export class RpcErrorFilter implements RpcExceptionFilter {
  constructor(private readonly logger: PinoLogger) {
    logger.setContext(RpcErrorFilter.name);
  }

  catch(error: unknown): Observable<never> {
    const failure = explain(error) ?? this.unforeseen(error);
    const result = toStatus(failure);
    return throwError(() => result);
  }

  /** What went wrong stays in the log: a client has no use for it and no right to it. */
  private unforeseen(error: unknown): Failure {
    this.logger.error({ err: error }, 'a call failed for a reason unforeseen');
    return {
      code: status.INTERNAL,
      message: 'The service failed; its log says why.',
      reason: 'INTERNAL',
    };
  }
}

/** What a foreseen error tells the client; undefined for any other. */
export function explain(error: unknown): Failure | undefined {
  if (error instanceof EngineError) {
    return explainRefusal(error);
  }
  if (error instanceof ValidationError) {
    return {
      code: status.INVALID_ARGUMENT,
      message: `The request isn't valid: ${error.message}.`,
      reason: 'VALIDATION_FAILED',
      violations: error.violations,
    };
  }
  if (error instanceof MessageTooLargeError) {
    return {
      code: status.RESOURCE_EXHAUSTED,
      message: error.message,
      reason: 'MESSAGE_TOO_LARGE',
      metadata: { max_message_bytes: String(error.limit), mailbox_id: String(error.mailboxId) },
    };
  }
  return undefined;
}

function explainRefusal(error: EngineError): Failure | undefined {
  const meaning = MEANINGS.get(error.errno);
  if (meaning === undefined) {
    return undefined;
  }
  const { errno, syscall, mailboxId, needed } = error;
  return {
    code: meaning.code,
    message: meaning.message(error),
    reason: meaning.reason,
    metadata: {
      errno,
      syscall,
      ...(mailboxId === undefined ? {} : { mailbox_id: String(mailboxId) }),
      ...(needed === undefined ? {} : { needed_bytes: String(needed) }),
    },
  };
}
