import type { Settlement, SettleMessagesRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsBatch, IsMailboxId } from '../../../validation/validators';

export class SettleMessagesDto implements SettleMessagesRequest {
  @IsMailboxId()
  mailboxId!: number;

  /** `toSettleItems` judges each. */
  @IsBatch()
  settlements!: Settlement[];
}
