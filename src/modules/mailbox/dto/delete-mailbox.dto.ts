import type { DeleteMailboxRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsMailboxId } from '../../../validation/validators';

export class DeleteMailboxDto implements DeleteMailboxRequest {
  @IsMailboxId()
  id!: number;
}
