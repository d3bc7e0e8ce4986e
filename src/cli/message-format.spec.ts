import { formatHex, formatJson } from './message-format';

const PIECE = 3 * 256 * 1024;

function json(data: Buffer, truncated = false): Record<string, unknown> {
  const lines = [...formatJson(42, { data, truncated })].join('').split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe('');
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

it('writes text as base64 and as it reads', () => {
  expect(json(Buffer.from('grüße "\\\n\u2028'))).toEqual({
    id: 42,
    bytes: 14,
    truncated: false,
    base64: Buffer.from('grüße "\\\n\u2028').toString('base64'),
    utf8: 'grüße "\\\n\u2028',
  });
});

it('writes no text for what is none', () => {
  expect(json(Buffer.from([0xff, 0xfe]), true)).toEqual({ id: 42, bytes: 2, truncated: true, base64: '//4=' });
});

it('writes an empty message', () => {
  expect(json(Buffer.alloc(0))).toEqual({ id: 42, bytes: 0, truncated: false, base64: '', utf8: '' });
});

it('keeps what a decoder would drop', () => {
  const data = Buffer.from('\uFEFFa\0b');
  expect(json(data)['utf8']).toBe('\uFEFFa\0b');
});

it.each([PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 2])('joins the pieces of %p bytes without a seam', (length) => {
  // Characters of two bytes lie across every seam or don't, by the byte in front.
  const text = `a${'ü'.repeat(Math.ceil(length / 2))}`;
  const data = Buffer.from(text);
  const written = json(data);
  expect(Buffer.from(written['base64'] as string, 'base64').equals(data)).toBe(true);
  expect(written['utf8'] === text).toBe(true);
  expect([...formatHex(data)].join('') === `${data.toString('hex')}\n`).toBe(true);
});

it('writes hexadecimal digits', () => {
  expect([...formatHex(Buffer.from([0, 10, 255]))].join('')).toBe('000aff\n');
  expect([...formatHex(Buffer.alloc(0))].join('')).toBe('\n');
});
