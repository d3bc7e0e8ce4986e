import type { PurgeMailboxRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsMailboxId } from '../../../validation/validators';

export class PurgeMailboxDto implements PurgeMailboxRequest {
  @IsMailboxId()
  id!: number;
}
