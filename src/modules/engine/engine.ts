/** A mailbox at one instant. */
export interface MailboxState {
  /** Messages ready. */
  readonly count: bigint;
  /** Sum of their lengths. */
  readonly bytes: bigint;
  readonly owner: number;
  readonly isProtected: boolean;
  /** Length of the head message; undefined without one. */
  readonly headLength: number | undefined;
  readonly leased: bigint;
  readonly delayed: bigint;
  /** Messages that ever became ready here. */
  readonly sent: bigint;
  /** Messages whose time to live ended here. */
  readonly expired: bigint;
  /** Messages that moved from here to the dead-letter mailbox. */
  readonly dead: bigint;
  /** Nanoseconds since the head message was sent; undefined without one. */
  readonly oldestAge: bigint | undefined;
  /** 0 for no limit, as with the next two. */
  readonly maxMessages: bigint;
  readonly maxBytes: bigint;
  readonly maxDeliveries: number;
  /** The dead-letter mailbox, 0 for none. */
  readonly deadLetterId: number;
}

/** A message to send. Times are in nanoseconds. */
export interface Outgoing {
  readonly data: Uint8Array;
  /** Until it is ready. */
  readonly delay?: bigint;
  /** Until it expires, at least 1; never if left out. */
  readonly timeToLive?: bigint;
}

/** How messages are received, 1 to 1024 of them. With neither `lease` nor `peek` they are removed. */
export interface ReceiveBatchOptions {
  readonly maxMessages: number;
  /** Sum of their lengths at most. */
  readonly maxBytes: number;
  /** Leases each for so many nanoseconds, at least 1. */
  readonly lease?: bigint;
  /** Leaves everything as it was. */
  readonly peek?: boolean;
}

/** A message received. */
export interface Delivery {
  readonly data: Buffer;
  /** Its number in the mailbox. */
  readonly sequence: bigint;
  /** Names the lease, with the sequence; 0n without one. */
  readonly token: bigint;
  /** How often it was leased, this time included. */
  readonly deliveries: number;
  /** Nanoseconds since it was sent. */
  readonly age: bigint;
  /** Where it was, if it is a dead letter. */
  readonly deadLetter?: DeadLetterOrigin | undefined;
}

export interface DeadLetterOrigin {
  readonly mailboxId: number;
  /** How often it was leased there. */
  readonly deliveries: number;
  /** Nanoseconds since it was moved. */
  readonly age: bigint;
}

export type SettleAction = 'acknowledge' | 'release' | 'extend';

/** What to do with a lease. */
export interface SettleItem {
  readonly sequence: bigint;
  readonly token: bigint;
  readonly action: SettleAction;
  /** Nanoseconds. Release: until it is ready again; extend: until the lease ends, at least 1. */
  readonly time?: bigint;
}

/** What can be set of a mailbox. What is left out stays. */
export interface MailboxAttributes {
  readonly maxMessages?: bigint;
  readonly maxBytes?: bigint;
  readonly maxDeliveries?: number;
  readonly deadLetterId?: number;
  readonly owner?: number;
  readonly isProtected?: boolean;
}

/**
 * The mailbox system below the service. Calls but `send`, which gathers, are synchronous: none can wait for a message. A
 * refused call throws, or rejects with, an EngineError and has changed nothing.
 */
export abstract class Engine {
  /** Sets up an empty system. */
  abstract initialize(maxPointers: number, inverseProbability: number): void;
  /** Deletes every mailbox and message. */
  abstract shutdown(): void;
  abstract createMailbox(id: number, isProtected: boolean): void;
  abstract deleteMailbox(id: number): void;
  abstract getMailbox(id: number): MailboxState;
  /** Ids above `after` of at most `limit` mailboxes the caller may use, rising. Fewer than `limit`: there are no more. */
  abstract list(after: number, limit: number): number[];
  abstract setAttributes(id: number, attributes: MailboxAttributes): void;
  /** Drops what is ready or delayed; returns how many that were. Leased messages stay. */
  abstract purge(id: number): bigint;
  /** Appends a message; once it resolves the message is in the mailbox. Messages keep the order of their calls. */
  abstract send(id: number, data: Uint8Array): Promise<void>;
  /** Appends 1 to 1024 messages with nothing in between, or none of them. */
  abstract sendBatch(id: number, messages: readonly Outgoing[]): void;
  /** Removes the head message and returns its first `maxLength` bytes; undefined if there is none. */
  abstract receive(id: number, maxLength: number): Buffer | undefined;
  /** Messages from the head, none if none is ready. Throws MessageTooLongError if the first is over `maxBytes`. */
  abstract receiveBatch(id: number, options: ReceiveBatchOptions): Delivery[];
  /** Settles 1 to 1024 leases, each by itself: undefined for one that is settled, else why not. */
  abstract settle(id: number, items: readonly SettleItem[]): (Error | undefined)[];
  /** Whether the system is set up. Throws EngineUnavailableError if no engine answers. */
  abstract isInitialized(): boolean;
  /** Which engine serves the calls. Throws EngineUnavailableError if there is none. */
  abstract kind(): string;
}
