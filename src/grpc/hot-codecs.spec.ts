import { randomBytes, randomInt } from 'node:crypto';
import { ReceiveMessageResponse, SendMessageRequest } from '../generated/slmbx/v1/mailbox';
import { decodeSendMessageRequest, encodeNothing, encodeReceiveMessageResponse } from './hot-codecs';

const LENGTHS = [0, 1, 2, 63, 64, 125, 126, 127, 128, 129, 16381, 16382, 16383, 16384, 65536, 2097151, 2097152];

function bytes(message: { finish(): Uint8Array }): Buffer {
  return Buffer.from(message.finish());
}

/** What a codec makes of bytes: a message or that it refuses them. */
function outcome<T>(decode: () => T): T | 'refused' {
  try {
    return decode();
  } catch {
    return 'refused';
  }
}

it.each(LENGTHS)('encodes a response of %p bytes as the generated codec does', (length) => {
  for (const truncated of [false, true]) {
    const response = { message: { data: randomBytes(length), truncated } };
    const generated = bytes(ReceiveMessageResponse.encode(response));
    expect(encodeReceiveMessageResponse(response).equals(generated)).toBe(true);
  }
});

it('encodes a response without a message as nothing', () => {
  expect(encodeReceiveMessageResponse({ message: undefined })).toHaveLength(0);
  expect(encodeReceiveMessageResponse({})).toHaveLength(0);
  expect(encodeNothing()).toHaveLength(0);
});

it.each(LENGTHS)('decodes a request of %p bytes as the generated codec does', (length) => {
  for (const mailboxId of [0, 1, 127, 128, 4294967295]) {
    const encoded = bytes(SendMessageRequest.encode({ mailboxId, data: randomBytes(length) }));
    const [mine, generated] = [decodeSendMessageRequest(encoded), SendMessageRequest.decode(encoded)];
    expect(mine.mailboxId).toBe(generated.mailboxId);
    expect(mine.data.equals(generated.data)).toBe(true);
  }
});

it('copies no bytes of a request', () => {
  const encoded = bytes(SendMessageRequest.encode({ mailboxId: 1, data: randomBytes(100) }));
  expect(decodeSendMessageRequest(encoded).data.buffer).toBe(encoded.buffer);
});

it.each([
  ['fields twice', [8, 1, 18, 1, 65, 8, 2, 18, 2, 66, 67]],
  ['unknown fields of every wire type', [24, 1, 33, 1, 2, 3, 4, 5, 6, 7, 8, 42, 1, 1, 53, 1, 2, 3, 4, 59, 60, 8, 7]],
  ['a known field of another wire type', [10, 1, 1, 16, 5, 8, 3]],
  ['a varint longer than it need be', [8, 0x85, 0x80, 0x80, 0x80, 0x00]],
  ['a varint of ten bytes', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a varint that never ends', [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['a length past the end', [18, 5, 1, 2]],
  ['a tag alone', [18]],
  ['tag 0', [0, 8, 1]],
  ['the end of a group', [12, 8, 1]],
  ['wire types 6 and 7', [30, 31]],
  ['nothing', []],
] as [string, number[]][])('treats %s as the generated codec does', (_what, encoded) => {
  const raw = Buffer.from(encoded);
  expect(outcome(() => decodeSendMessageRequest(raw))).toEqual(outcome(() => SendMessageRequest.decode(raw)));
});

it('treats noise as the generated codec does', () => {
  let understood = 0;
  for (let i = 0; i < 20_000; i++) {
    const raw = randomBytes(randomInt(1, 12));
    // Tags the message knows make more of the noise readable.
    if (i % 2 === 0) raw[0] = i % 4 === 0 ? 8 : 18;
    const mine = outcome(() => decodeSendMessageRequest(raw));
    expect(mine).toEqual(outcome(() => SendMessageRequest.decode(raw)));
    if (mine !== 'refused') understood++;
  }
  expect(understood).toBeGreaterThan(100);
});
