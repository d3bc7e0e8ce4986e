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
      message: (refusal) =>
        system(refusal)
          ? 'Only root, or the uid the engine runs as, may initialize the mailbox system or shut it down.'
          : `Mailbox ${refusal.mailboxId} is protected and belongs to another uid.`,
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
      message: () => 'The quota is used up: receive messages, delete mailboxes, or have the quota raised.',
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
