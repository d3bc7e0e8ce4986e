import { Mailbox } from '../generated/slmbx/v1/mailbox';
import type { MailboxUpdate } from './types';
import { checkBoolean, checkInteger, checkUint64, MAX_MAILBOX_ID, MAX_UINT32 } from './validate';

const MAX_DELIVERIES = 65_535;

/** What sets a field of the request, and the field's path in the mask. */
const FIELDS: { readonly [Key in keyof Required<MailboxUpdate>]: readonly [string, (value: unknown) => void] } = {
  protected: ['protected', (value) => checkBoolean('protected', value)],
  ownerUid: ['owner_uid', (value) => checkInteger('ownerUid', value, 0, MAX_UINT32 - 1)],
  maxMessages: ['max_messages', (value) => checkUint64('maxMessages', value)],
  maxBytes: ['max_bytes', (value) => checkUint64('maxBytes', value)],
  maxDeliveries: ['max_deliveries', (value) => checkInteger('maxDeliveries', value, 0, MAX_DELIVERIES)],
  deadLetterMailboxId: [
    'dead_letter_mailbox_id',
    (value) => checkInteger('deadLetterMailboxId', value, 0, MAX_MAILBOX_ID),
  ],
};

/** The request of an update: the mailbox with what changes, and a mask of just that. */
export function toUpdateRequest(id: number, update: MailboxUpdate): { mailbox: Mailbox; updateMask: string[] } {
  const updateMask: string[] = [];
  for (const [key, [path, check]] of Object.entries(FIELDS)) {
    const value = update[key as keyof MailboxUpdate];
    if (value !== undefined) {
      check(value);
      updateMask.push(path);
    }
  }
  if (updateMask.length === 0) {
    throw new TypeError(`give something to update: ${Object.keys(FIELDS).join(', ')}`);
  }
  const { maxMessages = 0, maxBytes = 0, maxDeliveries = 0, deadLetterMailboxId = 0, ownerUid = 0 } = update;
  return {
    mailbox: {
      ...Mailbox.decode(new Uint8Array()),
      id,
      protected: update.protected ?? false,
      ownerUid,
      maxMessages: BigInt(maxMessages),
      maxBytes: BigInt(maxBytes),
      maxDeliveries,
      deadLetterMailboxId,
    },
    updateMask,
  };
}
