import { type ServerUnaryCall, type sendUnaryData, status, type StatusObject } from '@grpc/grpc-js';
import { isObservable, type Observable } from 'rxjs';
import type { Logger } from 'pino';
import { toStatus } from '../errors/status-details';
import { undoUndelivered } from './undelivered';

export type UnaryCall = ServerUnaryCall<object, unknown>;
export type UnaryMethod = (call: UnaryCall, respond: sendUnaryData<unknown>) => void;
/** What Nest makes of a controller's method: filters and pipes around it. */
export type RpcHandler = (request: object, metadata: unknown, call: UnaryCall) => Promise<unknown>;

/**
 * Runs Nest's handler for a call. A call that nobody waits for any more is not run, so it changes nothing; once it
 * runs it runs whole, since nothing in it waits. If its client went meanwhile, what can be undone is.
 */
export function unaryMethod(handler: RpcHandler): UnaryMethod {
  return (call, respond) => {
    const abandoned = whyAbandoned(call);
    if (abandoned !== undefined) {
      respond(abandoned);
      return;
    }
    void handler(call.request, call.metadata, call).then(
      (result) => {
        if (isObservable(result)) {
          forward(result, respond);
          return;
        }
        if (call.cancelled) {
          undo(result);
        }
        respond(null, result);
      },
      (error: unknown) => respond(error as StatusObject),
    );
  };
}

/** As `method`, with a line in the log for each call. No payload, no metadata: they are the client's own. */
export function loggedMethod(method: UnaryMethod, logger: Logger): UnaryMethod {
  return (call, respond) => {
    const started = process.hrtime.bigint();
    method(call, (error, value) => {
      respond(error, value);
      logger.debug(
        {
          rpc: call.getPath(),
          peer: peerOf(call),
          mailboxId: mailboxIdOf(call.request),
          status: status[error?.code ?? status.OK],
          durationMs: Number(process.hrtime.bigint() - started) / 1e6,
        },
        'call',
      );
    });
  };
}

function whyAbandoned(call: UnaryCall): StatusObject | undefined {
  if (call.cancelled) {
    return toStatus({
      code: status.CANCELLED,
      message: 'The call was cancelled before it ran: nothing changed.',
      reason: 'CANCELLED',
    });
  }
  const deadline = call.getDeadline();
  if (deadline !== Infinity && Date.now() >= Number(deadline)) {
    return toStatus({
      code: status.DEADLINE_EXCEEDED,
      message: 'The deadline passed before the call ran: nothing changed.',
      reason: 'DEADLINE_EXCEEDED',
    });
  }
  return undefined;
}

/** Nobody is left to tell that it failed; what the call did then ends by itself. */
function undo(result: unknown): void {
  try {
    undoUndelivered(result);
  } catch {
    // A lease that can't be released ends at its deadline.
  }
}

/** Nest answers with an Observable where a filter turned an error into a status. */
function forward(result: Observable<unknown>, respond: sendUnaryData<unknown>): void {
  result.subscribe({
    next: (value) => respond(null, value),
    error: (error: StatusObject) => respond(error),
  });
}

/** grpc-js knows no address for a peer on a Unix socket. */
function peerOf(call: UnaryCall): string {
  const peer = call.getPeer();
  return peer === 'unknown' ? 'unix' : peer;
}

function mailboxIdOf(request: object): unknown {
  if ('mailboxId' in request) {
    return request.mailboxId;
  }
  if ('mailbox' in request && typeof request.mailbox === 'object' && request.mailbox !== null) {
    return mailboxIdOf(request.mailbox);
  }
  return 'id' in request ? request.id : undefined;
}
