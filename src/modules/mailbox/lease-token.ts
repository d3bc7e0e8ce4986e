/** What names a lease within its mailbox. */
export interface LeaseName {
  readonly sequence: bigint;
  readonly token: bigint;
}

export const LEASE_TOKEN_BYTES = 16;

/** The lease token of a client: opaque to it, and nothing the service need remember. */
export function encodeLeaseToken({ sequence, token }: LeaseName): Buffer {
  const bytes = Buffer.allocUnsafe(LEASE_TOKEN_BYTES);
  bytes.writeBigUInt64BE(sequence, 0);
  bytes.writeBigUInt64BE(token, 8);
  return bytes;
}

/** undefined if it can't be a lease token. One that was made up is for the engine to find out. */
export function decodeLeaseToken(bytes: Buffer): LeaseName | undefined {
  if (bytes.length !== LEASE_TOKEN_BYTES) {
    return undefined;
  }
  return { sequence: bytes.readBigUInt64BE(0), token: bytes.readBigUInt64BE(8) };
}
