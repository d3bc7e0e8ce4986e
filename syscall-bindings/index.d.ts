/// <reference types="node" />

/*
 * Every call is synchronous and cannot wait for a message. Ids and lengths are
 * integers from 0 to 4294967295, times are bigints of nanoseconds, up to
 * 18446744073709551615n as every bigint here; another type throws TypeError
 * (`ERR_INVALID_ARG_TYPE`), another number RangeError (`ERR_OUT_OF_RANGE`), both
 * before anything happens. What the engine refuses throws SlmbxError, and changed
 * nothing. Besides the codes that each call names, each may throw one of
 * `ECONNREFUSED` (no daemon listens), `EACCES` (its socket may not be used, or
 * `uid` may not be acted for), `EUSERS` (it has no connection left), `EMFILE`,
 * `ENFILE` (no file descriptor left), `ENAMETOOLONG` (path of its socket),
 * `ENOSYS` and `EINVAL` (what SLMBX_ENGINE names is absent, or is no engine).
 */

/** A native engine failure, shaped like Node's own system errors. */
export class SlmbxError extends Error {
  constructor(message: string, details: { code: string; errno: number; syscall: string; needed?: bigint });
  readonly name: 'SlmbxError';
  /** Name of the errno, such as `ENOENT`. */
  readonly code: string;
  /** Negative errno, as in Node's system errors. */
  readonly errno: number;
  /** The call that failed, such as `slmbx_send`. */
  readonly syscall: string;
  /** With `EMSGSIZE` of `recvBatch`: bytes that the first message takes. */
  readonly needed?: bigint;
}

/** Another property than these throws TypeError (`ERR_INVALID_ARG_VALUE`). */
export interface CallOptions {
  /**
   * uid to act for, 0 to 4294967294; needs uid 0, or the uid the daemon runs as (else `EACCES`).
   * @default the process's own uid
   */
  uid?: number;
}

export interface RecvOptions extends CallOptions {
  /**
   * Bytes to take at most; the rest of a longer message is discarded.
   * @default 4294967295
   */
  maxLength?: number;
}

/** With neither `lease` nor `peek` messages are removed. Not both. */
export interface RecvBatchOptions extends CallOptions {
  /**
   * Messages to take at most, 1 to 1024.
   * @default 1
   */
  maxMessages?: number;
  /**
   * Bytes to take at most in all messages together. A batch has up to 1 MiB of them, and more only if its first message
   * alone takes more.
   * @default 64 KiB, and as many as the first message takes
   */
  maxBytes?: number;
  /** Leases each message for so long, at least 1n: no other receives it until then. */
  lease?: bigint;
  /**
   * Leaves everything as it was.
   * @default false
   */
  peek?: boolean;
}

export interface ListOptions extends CallOptions {
  /**
   * Ids above this one.
   * @default 0
   */
  after?: number;
  /**
   * Ids to give at most, 1 to 65536.
   * @default 65536
   */
  limit?: number;
}

/** A mailbox at one instant. */
export interface MailboxStat {
  /** Messages ready. */
  count: bigint;
  /** Sum of the lengths of the messages ready. */
  bytes: bigint;
  /** uid of the owner. */
  owner: number;
  /** Only the owner may use it. */
  isProtected: boolean;
  /** Length of the head message in bytes; undefined on an empty mailbox. */
  headLength: number | undefined;
  /** Time since the head message was sent; undefined on an empty mailbox. */
  oldestAge: bigint | undefined;
  /** Messages leased. */
  leased: bigint;
  /** Messages delayed. */
  delayed: bigint;
  /** Messages that ever became ready here. */
  sent: bigint;
  /** Messages whose time to live ended here. */
  expired: bigint;
  /** Messages that moved from here to the dead-letter mailbox. */
  dead: bigint;
  /** Messages it may hold; 0n for no limit. */
  maxMessages: bigint;
  /** Sum of the lengths it may hold; 0n for no limit. */
  maxBytes: bigint;
  /** A message leased so often moves to the dead-letter mailbox when it comes back; 0 for never. */
  maxDeliveries: number;
  /** The dead-letter mailbox; 0 for none. */
  deadLetterId: number;
}

/** What is absent stays as it is; another property than these throws TypeError (`ERR_INVALID_ARG_VALUE`). */
export interface MailboxAttributes {
  /** Messages it may hold, delayed and leased ones included; 0n for no limit. */
  maxMessages?: bigint;
  /** Sum of the lengths it may hold; 0n for no limit. */
  maxBytes?: bigint;
  /** A message leased so often moves to the dead-letter mailbox when it comes back; 0 for never. Up to 65535. */
  maxDeliveries?: number;
  /** The dead-letter mailbox, which need not be there yet; 0 for none. */
  deadLetterId?: number;
  /** uid of the new owner, 0 to 4294967294; uid 0 alone may set it. */
  owner?: number;
  /** Only the owner may use it. */
  isProtected?: boolean;
}

/**
 * Sets up an empty skip list: at most `ptrs` pointers a node, each further one with chance 1/`prob`.
 * @throws SlmbxError `EPERM` not root, `EINVAL` ptrs is 0 or prob not 2, 4, 8 or 16, `EEXIST` initialised already, `ENOMEM`
 */
export function init(ptrs: number, prob: number, options?: CallOptions): void;
/**
 * Deletes every mailbox and message.
 * @throws SlmbxError `EPERM` not root, `ENODEV` not initialised
 */
export function shutdown(options?: CallOptions): void;
/**
 * New empty mailbox, owned by the caller. With `isProtected` the owner alone may use it, not even root.
 * @throws SlmbxError `ENODEV` not initialised, `EINVAL` id is 0 or 4294967295, `EEXIST`, `EDQUOT`, `ENOMEM`
 */
export function create(id: number, isProtected?: boolean, options?: CallOptions): void;
/**
 * Deletes a mailbox and its messages.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid
 */
export function destroy(id: number, options?: CallOptions): void;
/**
 * Messages ready.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid
 */
export function count(id: number, options?: CallOptions): number;
/**
 * Appends a copy of `message`, of at most 4294967295 bytes, to the mailbox.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid, `EDQUOT`, `ENOMEM`
 */
export function send(id: number, message: Uint8Array, options?: CallOptions): void;

/** A message to send. */
export interface OutgoingMessage {
  /** Mailbox to send to. */
  readonly id: number;
  readonly data: Uint8Array;
}

/**
 * `send` for each message in turn, at the cost of little more than one with the daemon engine. If any of them is wrong
 * in type or range, this throws and sends none. Else each succeeds or fails by itself: in the order of `messages` the
 * result has `undefined` for one that was sent, and the error for one that was not.
 */
export function sendMany(messages: readonly OutgoingMessage[], options?: CallOptions): (SlmbxError | undefined)[];

/**
 * Removes the head message and returns its first `maxLength` bytes.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid, `ESRCH` empty,
 * `ENOMEM` no room for the message here: it stays where it is
 */
export function recv(id: number, options?: RecvOptions): Buffer;
/**
 * As `recv`, into the start of `target`; returns the bytes written. Truncates to `target.byteLength`.
 * @throws SlmbxError as `recv`, which is also the call it names
 */
export function recvInto(id: number, target: Uint8Array, options?: CallOptions): number;
/**
 * Length of the head message in bytes.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid, `ESRCH` empty
 */
export function length(id: number, options?: CallOptions): number;

/** A message of a batch. */
export interface BatchMessage {
  readonly data: Uint8Array;
  /**
   * Time until it is ready to be received.
   * @default 0n
   */
  readonly delay?: bigint;
  /**
   * Time from now until it expires, at least 1n.
   * @default never
   */
  readonly timeToLive?: bigint;
}

/** A message received in a batch. */
export interface Delivery {
  /** A view of memory that the messages of the batch share. */
  data: Buffer;
  /** Its number in the mailbox. */
  sequence: bigint;
  /** Of the lease; 0n without one. */
  token: bigint;
  /** How often it was leased here, this time included. */
  deliveries: number;
  /** Time since it was sent. */
  age: bigint;
  /** Where a dead letter comes from. */
  deadLetter?: DeadLetter;
}

export interface DeadLetter {
  /** The mailbox it was moved from. */
  mailboxId: number;
  /** How often it had been leased there. */
  deliveries: number;
  /** Time since it was moved. */
  age: bigint;
}

/** What to do with a lease. */
export interface SettleItem {
  readonly sequence: bigint;
  readonly token: bigint;
  /** Remove the message; make it ready again, after `time`; or let the lease last `time`, at least 1n, from now. */
  readonly action: 'acknowledge' | 'release' | 'extend';
  /** @default 0n */
  readonly time?: bigint;
}

/**
 * Appends 1 to 1024 messages, in their order and with nothing in between, or none of them.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid, `EDQUOT`, `ENOMEM`
 */
export function sendBatch(id: number, messages: readonly BatchMessage[], options?: CallOptions): void;
/**
 * Receives, leases or looks at messages from the head; none if none is ready.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid, `EINVAL` lease
 * and peek, `EMSGSIZE` the first takes `needed` bytes, more than `maxBytes`, `EDQUOT`, `ENOMEM` no room for the first
 * message here: it stays where it is
 */
export function recvBatch(id: number, options?: RecvBatchOptions): Delivery[];
/**
 * Settles 1 to 1024 leases, each by itself: in the order of `items` the result has `undefined` for one that was settled,
 * and the error for one that was not: `ESTALE` no such lease, `EINVAL` its time.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid: none was settled
 */
export function settle(id: number, items: readonly SettleItem[], options?: CallOptions): (SlmbxError | undefined)[];
/**
 * Ids, rising, of mailboxes that the caller may use. Fewer than `limit` means there are no more.
 * @throws SlmbxError `ENODEV` not initialised
 */
export function list(options?: ListOptions): number[];
/**
 * Sets all that is given, or nothing. A limit below what is held refuses more and takes nothing away.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` neither its owner nor uid 0, or `owner`
 * and not uid 0, `EINVAL` deadLetterId is 4294967295, `ELOOP` dead letters would come back, or through more than 32
 * mailboxes, `EDQUOT`, `ENOMEM`
 */
export function setAttributes(id: number, attributes: MailboxAttributes, options?: CallOptions): void;
/**
 * Drops the messages that are ready or delayed; leased ones stay. Returns how many.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid
 */
export function purge(id: number, options?: CallOptions): bigint;
/**
 * What it holds, whose it is and what its limits are, in one atomic look.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid
 */
export function stat(id: number, options?: CallOptions): MailboxStat;
/** The engine in use, or undefined if there is none. */
export function engine(): 'syscall' | 'device' | 'daemon' | undefined;
