import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { toGrpcTarget } from './address';
import { SlmbxRpcError, toRpcError, type CallContext } from './errors';
import { retryDelayMs, type RetryPolicy } from './retry';

/** A unary RPC as ts-proto describes it. */
export interface UnaryMethod<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** One RPC to be made. */
export interface UnaryCall<Request, Response> {
  readonly method: UnaryMethod<Request, Response>;
  readonly request: Request;
  /** The RPC changes something: it must not be carried out twice. */
  readonly changesState: boolean;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

const CHANNEL_OPTIONS = Object.freeze({
  // The service is on this machine: a proxy of the environment has no part in it.
  'grpc.enable_http_proxy': 0,
  // A DNS record must not bring retry rules of its own. What grpc-js repeats unasked never left, or was refused unread.
  'grpc.service_config_disable_resolution': 1,
  // One connection a client, its back-off included.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  // The service has taken a message from its mailbox before its length is known here: refusing it would lose it.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // The 64 KiB of HTTP/2 make a large message wait for a window update at every other frame.
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
});

/** A connection to the service that makes unary calls, with deadline, abort and retries. */
export class Channel {
  private readonly client: Client;

  constructor(
    private readonly address: string,
    private readonly retry: RetryPolicy,
  ) {
    this.client = new Client(toGrpcTarget(address), credentials.createInsecure(), CHANNEL_OPTIONS);
  }

  /** Makes the call, again and again as far as the retry policy allows. */
  async call<Request, Response>(call: UnaryCall<Request, Response>): Promise<Response> {
    const deadline = Date.now() + call.deadlineMs;
    allowManyCalls(call.signal);
    for (let attempts = 1; ; attempts++) {
      call.signal?.throwIfAborted();
      try {
        return await this.attempt(call, deadline);
      } catch (error) {
        if (!(error instanceof SlmbxRpcError)) {
          throw error;
        }
        const { code, mayHaveTakenEffect } = error;
        const delay = retryDelayMs(this.retry, {
          attempts,
          code,
          mayHaveTakenEffect,
          remainingMs: deadline - Date.now(),
        });
        if (delay === undefined) {
          throw error;
        }
        await pause(delay, call.signal);
      }
    }
  }

  close(): void {
    this.client.close();
  }

  private attempt<Request, Response>(call: UnaryCall<Request, Response>, deadline: number): Promise<Response> {
    const { method, request, changesState, signal } = call;
    const context: CallContext = { method: rpcName(method.path), changesState, address: this.address };
    return new Promise<Response>((resolve, reject) => {
      const surface = this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        { deadline },
        (failure, response) => {
          signal?.removeEventListener('abort', onAbort);
          if (failure !== null) {
            reject(toRpcError(failure, context));
          } else {
            // grpc-js reports a unary call without a response as a failure.
            resolve(response as Response);
          }
        },
      );
      const onAbort = (): void => {
        // The first word counts: the CANCELLED that follows finds the promise settled.
        reject(abortReason(signal));
        surface.cancel();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** One signal may well be for hundreds of calls at once, which Node would take for a leak of listeners. */
function allowManyCalls(signal: AbortSignal | undefined): void {
  if (signal !== undefined) {
    setMaxListeners(Infinity, signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** The reason of a signal may be any value; what is thrown is what the caller gave. */
function abortReason(signal: AbortSignal | undefined): Error {
  return signal?.reason as Error;
}

function rpcName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
