import { IsOptional } from 'class-validator';
import type { ReceiveMessageRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsMailboxId, IsUint32 } from '../../../validation/validators';

export class ReceiveMessageDto implements ReceiveMessageRequest {
  @IsMailboxId()
  mailboxId!: number;

  /** The service's limit is a setting, so MailboxService judges the upper bound. */
  @IsOptional()
  @IsUint32()
  maxBytes?: number | undefined;
}
