import type { OutgoingMessage, SendMessagesRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsBatch, IsMailboxId } from '../../../validation/validators';

export class SendMessagesDto implements SendMessagesRequest {
  @IsMailboxId()
  mailboxId!: number;

  /** `toOutgoing` judges each. */
  @IsBatch()
  messages!: OutgoingMessage[];
}
