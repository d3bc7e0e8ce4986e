/** A mailbox at one instant. */
export interface Mailbox {
  /** Its id, 1 to 4294967294. */
  readonly id: number;
  /** Messages ready. */
  readonly messageCount: bigint;
  /** Sum of the lengths of the messages ready, in bytes. */
  readonly byteCount: bigint;
  /** Length of the head message in bytes; `undefined` without one. */
  readonly headLength: number | undefined;
  /** Only the owner may use it. */
  readonly protected: boolean;
  /** uid of the owner. */
  readonly ownerUid: number;
  /** Messages leased. */
  readonly leasedCount: bigint;
  /** Messages delayed. */
  readonly delayedCount: bigint;
  /** Messages that ever became ready here. */
  readonly sentCount: bigint;
  /** Messages whose time to live ended here. */
  readonly expiredCount: bigint;
  /** Messages that moved from here to the dead-letter mailbox. */
  readonly deadLetteredCount: bigint;
  /** Milliseconds since the head message was sent; `undefined` without one. */
  readonly oldestMessageAgeMs: number | undefined;
  /** Messages it may hold, delayed and leased ones included; 0n for no limit. */
  readonly maxMessages: bigint;
  /** Sum of the lengths of what it may hold, in bytes; 0n for no limit. */
  readonly maxBytes: bigint;
  /** A message leased so often moves to the dead-letter mailbox when it comes back; 0 for never. */
  readonly maxDeliveries: number;
  /** Mailbox that dead letters move to; 0 for none. */
  readonly deadLetterMailboxId: number;
}

/** What may be set of a mailbox. What is left out stays. */
export interface MailboxUpdate {
  /** Messages it may hold, delayed and leased ones included; 0 for no limit. */
  readonly maxMessages?: bigint | number | undefined;
  /** Sum of the lengths of what it may hold, in bytes; 0 for no limit. */
  readonly maxBytes?: bigint | number | undefined;
  /** A message leased so often moves to the dead-letter mailbox when it comes back, 0 to 65535; 0 for never. */
  readonly maxDeliveries?: number | undefined;
  /** Mailbox that dead letters move to; 0 for none. It needn't be there yet. */
  readonly deadLetterMailboxId?: number | undefined;
  /** Only the owner may use the mailbox. */
  readonly protected?: boolean | undefined;
  /** uid of the new owner, 0 to 4294967294. Takes root. */
  readonly ownerUid?: number | undefined;
}

/** A message to send. */
export interface OutgoingMessage {
  /** Any bytes, none included; a string is sent as UTF-8. */
  readonly data: Uint8Array | string;
  /**
   * Milliseconds until it is ready.
   * @default 0
   */
  readonly delayMs?: number | undefined;
  /**
   * Milliseconds from the call until it expires, more than 0.
   * @default it never does
   */
  readonly timeToLiveMs?: number | undefined;
}

/** A message received, or looked at. */
export interface ReceivedMessage {
  /** Its bytes, all of them. */
  readonly data: Buffer;
  /** Its number in the mailbox: 1 for the first that became ready there, and so on. */
  readonly sequence: bigint;
  /** How often it was leased, this time included. */
  readonly deliveryCount: number;
  /** Milliseconds since it was sent. */
  readonly ageMs: number;
  /** Where it was before, if it is a dead letter. */
  readonly deadLetter: DeadLetter | undefined;
}

/** Where a dead letter was before it moved. */
export interface DeadLetter {
  readonly mailboxId: number;
  /** How often it had been leased there. */
  readonly deliveryCount: number;
  /** Milliseconds since it moved. */
  readonly ageMs: number;
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
