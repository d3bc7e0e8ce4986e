import { defaultAddress } from './address';
import { DEFAULT_RETRY_POLICY, NO_RETRY, type RetryPolicy } from './retry';
import { checkInteger, checkMilliseconds, checkSignal, MAX_TIMER_MS, MAX_UINT32 } from './validate';

export const DEFAULT_DEADLINE_MS = 10_000;
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** How a client is set up. */
export interface SlmbxClientOptions {
  /**
   * Where the service listens: `unix:PATH` or `HOST:PORT`.
   * @default the environment's `SLMBX_ADDRESS`; else the Unix socket `slmbx.sock` in the runtime directory, if it is
   * there; else `127.0.0.1:50051`
   */
  readonly address?: string | undefined;
  /**
   * Milliseconds a call may take, retries included; `Infinity` for no limit.
   * @default 10000
   */
  readonly deadlineMs?: number | undefined;
  /**
   * When a failed call is tried again; `false` never does. Fields left out have their defaults.
   * @default { maxAttempts: 8, initialDelayMs: 100, multiplier: 2, maxDelayMs: 2000 }
   */
  readonly retry?: Partial<RetryPolicy> | false | undefined;
  /**
   * Longest message `send` takes, in bytes. The service has a limit of its own.
   * @default 67108864 (64 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /**
   * Milliseconds this call may take, retries included; `Infinity` for no limit.
   * @default the client's `deadlineMs`
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Ends the call, and the promise rejects with the signal's reason, as `fetch` does. A call that was under way may have
   * been carried out all the same.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
}

export interface CreateMailboxOptions extends CallOptions {
  /**
   * Only the owner may use the mailbox. Otherwise anyone may, deletion included.
   * @default false
   */
  readonly protected?: boolean | undefined;
}

export interface ReceiveOptions extends CallOptions {
  /**
   * Bytes to take at most; the rest of a longer message is gone, and `truncated` says so.
   * @default the service's limit
   */
  readonly maxBytes?: number | undefined;
}

/** How many messages `peek` looks at. */
export interface PeekOptions extends CallOptions {
  /**
   * Messages at most, 1 to 1024.
   * @default 1
   */
  readonly maxMessages?: number | undefined;
  /**
   * Sum of their lengths at most, in bytes. No message is truncated: the first that doesn't fit ends the list.
   * @default the service's limit
   */
  readonly maxBytes?: number | undefined;
}

export interface ReceiveManyOptions extends PeekOptions {
  /**
   * Milliseconds for which the messages are leased instead of removed.
   * @default they are removed
   */
  readonly leaseMs?: number | undefined;
}

export interface ListMailboxesOptions extends CallOptions {
  /**
   * Mailboxes to ask for at a time, 1 to 1000.
   * @default 100
   */
  readonly pageSize?: number | undefined;
}

export interface InitializeOptions extends CallOptions {
  /**
   * Pointers a node of the skip list has at most, 1 to 4294967295.
   * @default 16
   */
  readonly maxPointers?: number | undefined;
  /**
   * A node has each further pointer with chance 1/`inverseProbability`: 2, 4, 8 or 16.
   * @default 4
   */
  readonly inverseProbability?: number | undefined;
}

/** The options with everything filled in and checked. */
export interface ResolvedOptions {
  readonly address: string;
  readonly deadlineMs: number;
  readonly retry: RetryPolicy;
  readonly maxMessageBytes: number;
}

export function resolveOptions(options: SlmbxClientOptions): ResolvedOptions {
  const { address = defaultAddress(), deadlineMs = DEFAULT_DEADLINE_MS, retry = {} } = options;
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  checkMilliseconds('deadlineMs', deadlineMs, Infinity);
  checkInteger('maxMessageBytes', maxMessageBytes, 0, MAX_UINT32);
  return { address, deadlineMs, retry: retry === false ? NO_RETRY : resolveRetry(retry), maxMessageBytes };
}

function resolveRetry(retry: Partial<RetryPolicy>): RetryPolicy {
  const {
    maxAttempts = DEFAULT_RETRY_POLICY.maxAttempts,
    initialDelayMs = DEFAULT_RETRY_POLICY.initialDelayMs,
    multiplier = DEFAULT_RETRY_POLICY.multiplier,
    maxDelayMs = DEFAULT_RETRY_POLICY.maxDelayMs,
  } = retry;
  if (maxAttempts !== Infinity) {
    checkInteger('retry.maxAttempts', maxAttempts, 1, Number.MAX_SAFE_INTEGER);
  }
  checkMilliseconds('retry.initialDelayMs', initialDelayMs, MAX_TIMER_MS);
  checkMilliseconds('retry.maxDelayMs', maxDelayMs, MAX_TIMER_MS);
  if (!(multiplier >= 1 && multiplier < Infinity)) {
    throw new RangeError(`retry.multiplier must be a number of at least 1, not ${multiplier}`);
  }
  return { maxAttempts, initialDelayMs, multiplier, maxDelayMs };
}

export function checkCallOptions({ deadlineMs, signal }: CallOptions): void {
  if (deadlineMs !== undefined) {
    checkMilliseconds('deadlineMs', deadlineMs, Infinity);
  }
  checkSignal(signal);
}
