/** A mailbox at one instant. */
export interface Mailbox {
  /** Its id, 1 to 4294967294. */
  readonly id: number;
  /** Messages waiting. */
  readonly messageCount: bigint;
  /** Sum of the lengths of the messages waiting, in bytes. */
  readonly byteCount: bigint;
  /** Length of the head message in bytes; `undefined` on an empty mailbox. */
  readonly headLength: number | undefined;
  /** Only the owner may use it. */
  readonly protected: boolean;
  /** uid of the owner. */
  readonly ownerUid: number;
}

/** A message taken from a mailbox. */
export interface Message {
  /** Its bytes. */
  readonly data: Buffer;
  /** The message was longer than what was asked for; the rest of it is gone. */
  readonly truncated: boolean;
}

/** The mailbox system behind the service. */
export interface SystemInfo {
  /** `"syscall"`, `"device"` or `"daemon"`. */
  readonly engine: string;
  /** Whether it was initialized since the last shutdown. */
  readonly initialized: boolean;
  /** Version of the service. */
  readonly version: string;
}
