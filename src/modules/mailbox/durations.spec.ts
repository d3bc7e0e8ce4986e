import { MAX_SECONDS, toDuration, toNanoseconds, toPositiveNanoseconds } from './durations';

it.each([
  [0n, 0, 0n],
  [0n, 1, 1n],
  [0n, 999_999_999, 999_999_999n],
  [1n, 0, 1_000_000_000n],
  [MAX_SECONDS, 0, MAX_SECONDS * 1_000_000_000n],
])('%p s and %p ns are %p ns', (seconds, nanos, nanoseconds) => {
  expect(toNanoseconds({ seconds, nanos })).toBe(nanoseconds);
  expect(toDuration(nanoseconds)).toEqual({ seconds, nanos });
  expect(toPositiveNanoseconds({ seconds, nanos })).toBe(nanoseconds === 0n ? undefined : nanoseconds);
});

it.each([
  [-1n, 0],
  [0n, -1],
  [1n, -1],
  [0n, 1_000_000_000],
  [MAX_SECONDS, 1],
  [MAX_SECONDS + 1n, 0],
  [2n ** 63n - 1n, 0],
  [-(2n ** 63n), -999_999_999],
])('%p s and %p ns are none', (seconds, nanos) => {
  expect(toNanoseconds({ seconds, nanos })).toBeUndefined();
  expect(toPositiveNanoseconds({ seconds, nanos })).toBeUndefined();
});
