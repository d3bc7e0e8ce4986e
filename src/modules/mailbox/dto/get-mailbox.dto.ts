import type { GetMailboxRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsMailboxId } from '../../../validation/validators';

export class GetMailboxDto implements GetMailboxRequest {
  @IsMailboxId()
  id!: number;
}
