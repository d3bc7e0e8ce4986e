import type { ListMailboxesRequest } from '../../../generated/slmbx/v1/mailbox';
import { INT32_MAX, IsWholeNumber } from '../../../validation/validators';

export class ListMailboxesDto implements ListMailboxesRequest {
  @IsWholeNumber(0, INT32_MAX)
  pageSize!: number;

  /** MailboxService judges it. */
  pageToken!: string;
}
