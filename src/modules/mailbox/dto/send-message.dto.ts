import type { SendMessageRequest } from '../../../generated/slmbx/v1/mailbox';
import { IsBytes, IsMailboxId } from '../../../validation/validators';

export class SendMessageDto implements SendMessageRequest {
  @IsMailboxId()
  mailboxId!: number;

  @IsBytes()
  data!: Buffer;
}
