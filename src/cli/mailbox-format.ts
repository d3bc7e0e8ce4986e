import type { Mailbox } from '../client';
import { bytes, formatColumns, formatTable } from './output';

/** A mailbox for programs. */
export function mailboxJson(mailbox: Mailbox): object {
  return {
    id: mailbox.id,
    messages: Number(mailbox.messageCount),
    bytes: Number(mailbox.byteCount),
    headLength: mailbox.headLength ?? null,
    protected: mailbox.protected,
    ownerUid: mailbox.ownerUid,
    leased: Number(mailbox.leasedCount),
    delayed: Number(mailbox.delayedCount),
    sent: Number(mailbox.sentCount),
    expired: Number(mailbox.expiredCount),
    deadLettered: Number(mailbox.deadLetteredCount),
    oldestAgeMs: mailbox.oldestMessageAgeMs ?? null,
    maxMessages: Number(mailbox.maxMessages),
    maxBytes: Number(mailbox.maxBytes),
    maxDeliveries: mailbox.maxDeliveries,
    deadLetterMailboxId: mailbox.deadLetterMailboxId,
  };
}

/** A mailbox for people. */
export function mailboxText(mailbox: Mailbox): string {
  const { headLength, oldestMessageAgeMs } = mailbox;
  return formatTable([
    ['Mailbox', String(mailbox.id)],
    ['Messages', String(mailbox.messageCount)],
    ['Bytes', String(mailbox.byteCount)],
    ['Next message', headLength === undefined ? 'none' : bytes(headLength)],
    ['Oldest message', oldestMessageAgeMs === undefined ? 'none' : `${(oldestMessageAgeMs / 1000).toFixed(1)} s ago`],
    ['Leased', String(mailbox.leasedCount)],
    ['Delayed', String(mailbox.delayedCount)],
    ['Ever sent', String(mailbox.sentCount)],
    ['Expired', String(mailbox.expiredCount)],
    ['Dead letters', String(mailbox.deadLetteredCount)],
    ['Max messages', limit(mailbox.maxMessages)],
    ['Max bytes', limit(mailbox.maxBytes)],
    ['Max deliveries', limit(mailbox.maxDeliveries)],
    ['Dead letters to', mailbox.deadLetterMailboxId === 0 ? 'none' : `mailbox ${mailbox.deadLetterMailboxId}`],
    ['Protected', mailbox.protected ? 'yes' : 'no'],
    ['Owner', `uid ${mailbox.ownerUid}`],
  ]);
}

/** Mailboxes for people, one a line. */
export function mailboxesText(mailboxes: readonly Mailbox[]): string {
  return formatColumns(
    ['MAILBOX', 'MESSAGES', 'BYTES', 'LEASED', 'DELAYED', 'OWNER', 'PROTECTED'],
    mailboxes.map((mailbox) => [
      String(mailbox.id),
      String(mailbox.messageCount),
      String(mailbox.byteCount),
      String(mailbox.leasedCount),
      String(mailbox.delayedCount),
      String(mailbox.ownerUid),
      mailbox.protected ? 'yes' : 'no',
    ]),
  );
}

function limit(value: bigint | number): string {
  return value === 0n || value === 0 ? 'none' : String(value);
}
