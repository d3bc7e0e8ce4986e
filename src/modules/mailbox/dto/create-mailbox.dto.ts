import type { CreateMailboxRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsFlag, IsMailboxId } from '../../../validation/validators';

export class CreateMailboxDto implements CreateMailboxRequest {
  @IsMailboxId()
  id!: number;

  @IsFlag()
  protected!: boolean;
}
