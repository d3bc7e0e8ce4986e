import { DEFAULT_RETRY_POLICY, type FailedAttempt, NO_RETRY, retryDelayMs, type RetryPolicy } from './retry';

const FAILED: FailedAttempt = {
  attempts: 1,
  code: 'UNAVAILABLE',
  mayHaveTakenEffect: false,
  remainingMs: 10_000,
};
/** The largest number Math.random gives, near enough. */
const highest = (): number => 1 - Number.EPSILON;
const lowest = (): number => 0;

function bounds(policy: RetryPolicy, count: number): number[] {
  const delays = Array.from({ length: count }, (_, i) =>
    retryDelayMs(policy, { ...FAILED, attempts: i + 1, remainingMs: Infinity }, highest),
  );
  return delays.map((delay) => Math.round(delay ?? NaN));
}

it('doubles the bound of the wait up to the longest', () => {
  expect(bounds(DEFAULT_RETRY_POLICY, 7)).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
});

it('grows by the factor it is given', () => {
  expect(bounds({ maxAttempts: 9, initialDelayMs: 10, multiplier: 3, maxDelayMs: 100 }, 4)).toEqual([10, 30, 90, 100]);
  expect(bounds({ maxAttempts: 9, initialDelayMs: 10, multiplier: 1, maxDelayMs: 100 }, 3)).toEqual([10, 10, 10]);
  expect(bounds({ maxAttempts: 9, initialDelayMs: 500, multiplier: 2, maxDelayMs: 100 }, 2)).toEqual([100, 100]);
});

it('draws the wait from the whole range below the bound', () => {
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, FAILED, lowest)).toBe(0);
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, FAILED, () => 0.5)).toBe(50);
  const drawn = Array.from({ length: 1000 }, () => retryDelayMs(DEFAULT_RETRY_POLICY, FAILED) ?? NaN);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(100);
  // Ten equal parts of the range: none of them can stay empty but once in 10^44.
  expect(new Set(drawn.map((delay) => Math.floor(delay / 10))).size).toBe(10);
});

it('stops after the last attempt', () => {
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, attempts: 7 }, lowest)).toBe(0);
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, attempts: 8 }, lowest)).toBeUndefined();
  expect(retryDelayMs(NO_RETRY, FAILED, lowest)).toBeUndefined();
});

it('goes on for ever if it is told to', () => {
  const policy = { ...DEFAULT_RETRY_POLICY, maxAttempts: Infinity };
  expect(retryDelayMs(policy, { ...FAILED, attempts: 1e6 }, () => 0.5)).toBe(1000);
});

it.each(['DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'NOT_FOUND', 'ABORTED', 'CANCELLED', 'UNKNOWN'])(
  'never retries %s',
  (code) => {
    expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, code }, lowest)).toBeUndefined();
  },
);

it('never repeats what may have been carried out', () => {
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, mayHaveTakenEffect: true }, lowest)).toBeUndefined();
});

it('never waits up to or past the deadline', () => {
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, remainingMs: 51 }, () => 0.5)).toBe(50);
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, remainingMs: 50 }, () => 0.5)).toBeUndefined();
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, remainingMs: 0 }, lowest)).toBeUndefined();
  expect(retryDelayMs(DEFAULT_RETRY_POLICY, { ...FAILED, remainingMs: -5 }, lowest)).toBeUndefined();
});
