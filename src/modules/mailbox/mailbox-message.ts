import type { Mailbox } from '../../generated/slmbx/v1/mailbox';
import type { MailboxState } from '../engine/engine';
import { toDuration } from './durations';

/** A mailbox as clients get it. */
export function toMailbox(id: number, state: MailboxState): Mailbox {
  return {
    id,
    messageCount: state.count,
    byteCount: state.bytes,
    headLength: state.headLength,
    protected: state.isProtected,
    ownerUid: state.owner,
    leasedCount: state.leased,
    delayedCount: state.delayed,
    sentCount: state.sent,
    expiredCount: state.expired,
    deadLetteredCount: state.dead,
    oldestMessageAge: state.oldestAge === undefined ? undefined : toDuration(state.oldestAge),
    maxMessages: state.maxMessages,
    maxBytes: state.maxBytes,
    maxDeliveries: state.maxDeliveries,
    deadLetterMailboxId: state.deadLetterId,
  };
}
