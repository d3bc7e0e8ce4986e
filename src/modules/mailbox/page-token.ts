import { MAILBOX_ID_MAX, MAILBOX_ID_MIN } from '../../validation/validators';

/** A token that asks for the page after the mailbox `lastId`. */
export function encodePageToken(lastId: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(lastId);
  return bytes.toString('base64url');
}

/** The id that a page begins after: 0 for the first page, undefined for a token that never was handed out. */
export function decodePageToken(token: string): number | undefined {
  if (token === '') {
    return 0;
  }
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 4 || bytes.toString('base64url') !== token) {
    return undefined;
  }
  const id = bytes.readUInt32BE();
  return id >= MAILBOX_ID_MIN && id <= MAILBOX_ID_MAX ? id : undefined;
}
