import { status } from '@grpc/grpc-js';
import type { Refusal } from '../modules/engine/engine.errors';

/** How a refusal is told to a client. */
export interface Meaning {
  readonly code: status;
  /** google.rpc.ErrorInfo.reason. */
  readonly reason: string;
  /** One sentence, and what to do about it where that can be said. */
  readonly message: (refusal: Refusal) => string;
}

const system = (refusal: Refusal): boolean => refusal.mailboxId === undefined;
const unavailable = 'No mailbox engine answers: start slmbxd and call again.';

const UNAVAILABLE: Meaning = { code: status.UNAVAILABLE, reason: 'ENGINE_UNAVAILABLE', message: () => unavailable };

function whyNotPermitted(refusal: Refusal): string {
  if (system(refusal)) {
    return 'Only root, or the uid the engine runs as, may initialize the mailbox system or shut it down.';
  }
  return refusal.syscall === 'slmbx_setattr'
    ? `Only the owner of mailbox ${refusal.mailboxId}, or root, may update it, and only root its owner.`
    : `Mailbox ${refusal.mailboxId} is protected and belongs to another uid.`;
}

/** What each errno of the engine is to a client. The comment at the top of mailbox.proto is the same table. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [
    'ENODEV',
    {
      code: status.FAILED_PRECONDITION,
      reason: 'NOT_INITIALIZED',
      message: () => "The mailbox system isn't initialized: call slmbx.v1.SystemService/Initialize first.",
    },
  ],
  [
    'ENOENT',
    {
      code: status.NOT_FOUND,
      reason: 'MAILBOX_NOT_FOUND',
      message: (refusal) => `There is no mailbox ${refusal.mailboxId}.`,
    },
  ],
  [
    'EEXIST',
    {
      code: status.ALREADY_EXISTS,
      reason: 'ALREADY_EXISTS',
      message: (refusal) =>
        system(refusal)
          ? 'The mailbox system is initialized already.'
          : `There is a mailbox ${refusal.mailboxId} already.`,
    },
  ],
  [
    'EPERM',
    {
      code: status.PERMISSION_DENIED,
      reason: 'NOT_PERMITTED',
      message: whyNotPermitted,
    },
  ],
  [
    'EACCES',
    {
      code: status.PERMISSION_DENIED,
      reason: 'ENGINE_ACCESS_DENIED',
      message: () => "The service may not use the mailbox engine: check the mode and owner of slmbxd's socket.",
    },
  ],
  [
    'EINVAL',
    {
      code: status.INVALID_ARGUMENT,
      reason: 'INVALID_ARGUMENT',
      message: () => 'The mailbox engine refuses an argument of the call.',
    },
  ],
  [
    'EDQUOT',
    {
      code: status.RESOURCE_EXHAUSTED,
      reason: 'QUOTA_EXCEEDED',
      message: () =>
        'The quota, or a limit of the mailbox, is used up: receive messages, delete mailboxes, or have it raised.',
    },
  ],
  [
    'ENOMEM',
    {
      code: status.RESOURCE_EXHAUSTED,
      reason: 'OUT_OF_MEMORY',
      message: () => 'The mailbox engine has no memory for this: receive messages or delete mailboxes.',
    },
  ],
  [
    'EMSGSIZE',
    {
      code: status.RESOURCE_EXHAUSTED,
      reason: 'MESSAGE_TOO_LARGE',
      message: ({ needed }) =>
        `The first message is longer than max_bytes${needed === undefined ? '' : `: it has ${needed} bytes`}.`,
    },
  ],
  [
    'ESTALE',
    {
      code: status.FAILED_PRECONDITION,
      reason: 'LEASE_EXPIRED',
      message: () => 'There is no such lease, or no more.',
    },
  ],
  [
    'ELOOP',
    {
      code: status.FAILED_PRECONDITION,
      reason: 'DEAD_LETTER_LOOP',
      message: (refusal) =>
        `The dead letters of mailbox ${refusal.mailboxId} would come back to it, or pass through more than 32 mailboxes.`,
    },
  ],
  [
    'EUSERS',
    {
      code: status.UNAVAILABLE,
      reason: 'ENGINE_BUSY',
      message: () => 'The mailbox engine takes no further connection: call again later.',
    },
  ],
  ['ECONNREFUSED', UNAVAILABLE],
  ['ECONNRESET', UNAVAILABLE],
  ['ENOSYS', UNAVAILABLE],
]);
