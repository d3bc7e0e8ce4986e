import { checkCallOptions, resolveOptions } from './options';

const address = '127.0.0.1:1';

it('fills in the defaults', () => {
  expect(resolveOptions({ address })).toEqual({
    address,
    deadlineMs: 10_000,
    retry: { maxAttempts: 8, initialDelayMs: 100, multiplier: 2, maxDelayMs: 2000 },
    maxMessageBytes: 67108864,
  });
});

it('takes undefined for what is left out', () => {
  const options = { address, deadlineMs: undefined, retry: undefined, maxMessageBytes: undefined };
  expect(resolveOptions(options)).toEqual(resolveOptions({ address }));
});

it('fills in the fields of a retry policy', () => {
  expect(resolveOptions({ address, retry: { maxAttempts: 3 } }).retry).toMatchObject({
    maxAttempts: 3,
    initialDelayMs: 100,
  });
  expect(resolveOptions({ address, retry: false }).retry.maxAttempts).toBe(1);
  expect(resolveOptions({ address, retry: { maxAttempts: Infinity } }).retry.maxAttempts).toBe(Infinity);
});

it.each([
  { deadlineMs: 0 },
  { deadlineMs: -1 },
  { deadlineMs: NaN },
  { maxMessageBytes: -1 },
  { maxMessageBytes: 1.5 },
  { maxMessageBytes: 2 ** 32 },
  { retry: { maxAttempts: 0 } },
  { retry: { maxAttempts: 1.5 } },
  { retry: { initialDelayMs: 0 } },
  { retry: { initialDelayMs: Infinity } },
  { retry: { maxDelayMs: 2 ** 31 } },
  { retry: { multiplier: 0.5 } },
  { retry: { multiplier: NaN } },
  { retry: { multiplier: Infinity } },
])('refuses %p', (options) => {
  expect(() => resolveOptions({ address, ...options })).toThrow(RangeError);
});

it('checks the options of a call', () => {
  expect(() => checkCallOptions({})).not.toThrow();
  expect(() => checkCallOptions({ deadlineMs: Infinity, signal: new AbortController().signal })).not.toThrow();
  expect(() => checkCallOptions({ deadlineMs: 0 })).toThrow(RangeError);
  expect(() => checkCallOptions({ signal: {} as AbortSignal })).toThrow(TypeError);
});
