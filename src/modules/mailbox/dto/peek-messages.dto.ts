import { IsOptional } from 'class-validator';
import type { PeekMessagesRequest } from '../../../generated/slmbx/v1/mailbox';
import { BATCH_MAX, IsMailboxId, IsUint32, IsWholeNumber } from '../../../validation/validators';

export class PeekMessagesDto implements PeekMessagesRequest {
  @IsMailboxId()
  mailboxId!: number;

  @IsOptional()
  @IsWholeNumber(1, BATCH_MAX)
  maxMessages?: number | undefined;

  /** The service's limit is a setting, so DeliveryService judges the upper bound. */
  @IsOptional()
  @IsUint32()
  maxBytes?: number | undefined;
}
