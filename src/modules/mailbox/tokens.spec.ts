import { decodeLeaseToken, encodeLeaseToken } from './lease-token';
import { decodePageToken, encodePageToken } from './page-token';

const MAX = 2n ** 64n - 1n;

it.each([
  [1n, 1n],
  [MAX, MAX],
  [258n, 2n ** 63n],
])('a lease token brings back sequence %p and token %p', (sequence, token) => {
  const bytes = encodeLeaseToken({ sequence, token });
  expect(bytes).toHaveLength(16);
  expect(decodeLeaseToken(bytes)).toEqual({ sequence, token });
});

it.each([0, 1, 15, 17, 32])('%p bytes are no lease token', (length) => {
  expect(decodeLeaseToken(Buffer.alloc(length))).toBeUndefined();
});

it.each([1, 2, 255, 256, 65_536, 4_294_967_294])('a page token brings back id %p', (id) => {
  expect(decodePageToken(encodePageToken(id))).toBe(id);
});

it('is the first page without a token', () => {
  expect(decodePageToken('')).toBe(0);
});

it.each(['x', 'AAAA', 'AAAAAA', '_____w', 'AAAAAQ==', ' AAAAAQ', 'AAAAAR', 'AAAAAQAA', '\u0000'])(
  '%p is no page token',
  (token) => {
    expect(decodePageToken(token)).toBeUndefined();
  },
);
