import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ReceiveMessageResponse, SendMessageRequest } from '../generated/slmbx/v1/mailbox';

/*
 * Codecs of the two messages that carry bytes. The generated ones copy them, once to decode and thrice to encode:
 * at 64 MiB that is most of what a call costs. What they read and write is the same, bit for bit.
 */

const NOTHING = Buffer.alloc(0);

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const END_GROUP = 4;
const WIRE_TYPE = 7;

/** Tags: field number and wire type. */
const REQUEST_MAILBOX_ID = (1 << 3) | VARINT;
const REQUEST_DATA = (2 << 3) | LENGTH_DELIMITED;
const RESPONSE_MESSAGE = (1 << 3) | LENGTH_DELIMITED;
const MESSAGE_DATA = (1 << 3) | LENGTH_DELIMITED;
const MESSAGE_TRUNCATED = (2 << 3) | VARINT;

/** Decodes a SendMessageRequest. Its data is a view of `bytes`: use it before they change. */
export function decodeSendMessageRequest(bytes: Buffer): SendMessageRequest {
  const reader = new BinaryReader(bytes);
  const request: SendMessageRequest = { mailboxId: 0, data: NOTHING };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === REQUEST_MAILBOX_ID) {
      request.mailboxId = reader.uint32();
    } else if (tag === REQUEST_DATA) {
      const data = reader.bytes();
      request.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    } else if (tag === 0 || (tag & WIRE_TYPE) === END_GROUP) {
      return request;
    } else {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- these three bits are a WireType
      reader.skip(tag & WIRE_TYPE);
    }
  }
  return request;
}

/** Encodes an empty response. */
export function encodeNothing(): Buffer {
  return NOTHING;
}

/** Encodes a ReceiveMessageResponse, with one copy of its data. */
export function encodeReceiveMessageResponse({ message }: ReceiveMessageResponse): Buffer {
  if (message === undefined) {
    return NOTHING;
  }
  const { data, truncated } = message;
  const dataSize = data.length === 0 ? 0 : 1 + varintSize(data.length) + data.length;
  const size = dataSize + (truncated ? 2 : 0);
  const out = Buffer.allocUnsafe(1 + varintSize(size) + size);
  let at = out.writeUInt8(RESPONSE_MESSAGE, 0);
  at = writeVarint(out, size, at);
  if (data.length > 0) {
    at = out.writeUInt8(MESSAGE_DATA, at);
    at = writeVarint(out, data.length, at);
    at += data.copy(out, at);
  }
  if (truncated) {
    at = out.writeUInt8(MESSAGE_TRUNCATED, at);
    out.writeUInt8(1, at);
  }
  return out;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    size++;
  }
  return size;
}

function writeVarint(out: Buffer, value: number, start: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    at = out.writeUInt8((rest % 0x80) | 0x80, at);
  }
  return out.writeUInt8(rest, at);
}
