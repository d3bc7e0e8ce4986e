/**
 * When and how often a call is tried again. Only `UNAVAILABLE` is ever retried, and a call that changes something
 * only if the failure proves that it wasn't carried out: see `mayHaveTakenEffect` of {@link SlmbxRpcError}.
 */
export interface RetryPolicy {
  /**
   * Tries in all, the first one included; 1 never retries.
   * @default 8
   */
  readonly maxAttempts: number;
  /**
   * Upper bound of the wait before the second try, in milliseconds.
   * @default 100
   */
  readonly initialDelayMs: number;
  /**
   * Factor by which the bound grows with each further try.
   * @default 2
   */
  readonly multiplier: number;
  /**
   * Upper bound of any wait, in milliseconds.
   * @default 2000
   */
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxAttempts: 8,
  initialDelayMs: 100,
  multiplier: 2,
  maxDelayMs: 2000,
});

export const NO_RETRY: RetryPolicy = Object.freeze({ ...DEFAULT_RETRY_POLICY, maxAttempts: 1 });

/** What the policy needs to know of a failed attempt. */
export interface FailedAttempt {
  /** Attempts made so far, this one included: 1 or more. */
  readonly attempts: number;
  /** gRPC status name of the failure. */
  readonly code: string;
  /** The failed attempt may have been carried out and the call isn't harmless to repeat. */
  readonly mayHaveTakenEffect: boolean;
  /** Milliseconds until the deadline of the call; may be negative, `Infinity` without one. */
  readonly remainingMs: number;
}

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` if there must be none.
 *
 * The wait is drawn from all of [0, bound), so that clients which failed together don't come back together. A wait that
 * would reach the deadline is never begun: the caller learns the failure at once rather than a bare "too late".
 */
export function retryDelayMs(
  policy: RetryPolicy,
  failure: FailedAttempt,
  random: () => number = Math.random,
): number | undefined {
  if (failure.code !== 'UNAVAILABLE' || failure.mayHaveTakenEffect || failure.attempts >= policy.maxAttempts) {
    return undefined;
  }
  const bound = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.multiplier ** (failure.attempts - 1));
  const delay = random() * bound;
  return delay < failure.remainingMs ? delay : undefined;
}
