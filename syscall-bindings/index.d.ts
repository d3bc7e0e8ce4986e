/// <reference types="node" />

/*
 * Every call is synchronous and cannot wait for a message. Ids and lengths are
 * integers from 0 to 4294967295; another type throws TypeError
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
  constructor(message: string, details: { code: string; errno: number; syscall: string });
  readonly name: 'SlmbxError';
  /** Name of the errno, such as `ENOENT`. */
  readonly code: string;
  /** Negative errno, as in Node's system errors. */
  readonly errno: number;
  /** The call that failed, such as `slmbx_send`. */
  readonly syscall: string;
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

/** A mailbox at one instant. */
export interface MailboxStat {
  /** Messages waiting. */
  count: bigint;
  /** Sum of the lengths of the messages waiting. */
  bytes: bigint;
  /** uid of the owner. */
  owner: number;
  /** Only the owner may use it. */
  isProtected: boolean;
  /** Length of the head message in bytes; undefined on an empty mailbox. */
  headLength: number | undefined;
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
 * Messages waiting.
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
/**
 * Count, bytes, owner, protection and head length in one atomic look.
 * @throws SlmbxError `ENODEV` not initialised, `ENOENT` no such mailbox, `EPERM` protected by another uid
 */
export function stat(id: number, options?: CallOptions): MailboxStat;
/** The engine in use, or undefined if there is none. */
export function engine(): 'syscall' | 'device' | 'daemon' | undefined;
