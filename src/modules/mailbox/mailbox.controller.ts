import { Controller } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type {
  CreateMailboxResponse,
  DeleteMailboxResponse,
  GetMailboxResponse,
  ListMailboxesResponse,
  PurgeMailboxResponse,
  ReceiveMessageResponse,
  SendMessageResponse,
  UpdateMailboxRequest,
  UpdateMailboxResponse,
} from '../../generated/slmbx/v1/mailbox';
import { CreateMailboxDto } from './dto/create-mailbox.dto';
import { DeleteMailboxDto } from './dto/delete-mailbox.dto';
import { GetMailboxDto } from './dto/get-mailbox.dto';
import { ListMailboxesDto } from './dto/list-mailboxes.dto';
import { PurgeMailboxDto } from './dto/purge-mailbox.dto';
import { ReceiveMessageDto } from './dto/receive-message.dto';
import { SendMessageDto } from './dto/send-message.dto';
import { toMailbox } from './mailbox-message';
import { MailboxService } from './mailbox.service';
import { toUpdate } from './update-mask';

const SERVICE = 'MailboxService';

/** slmbx.v1.MailboxService, but for its batches of messages. */
@Controller()
export class MailboxController {
  constructor(private readonly mailboxes: MailboxService) {}

  @GrpcMethod(SERVICE)
  createMailbox(@Payload() request: CreateMailboxDto): CreateMailboxResponse {
    this.mailboxes.create(request.id, request.protected);
    return {};
  }

  @GrpcMethod(SERVICE)
  getMailbox(@Payload() request: GetMailboxDto): GetMailboxResponse {
    return { mailbox: toMailbox(request.id, this.mailboxes.get(request.id)) };
  }

  @GrpcMethod(SERVICE)
  listMailboxes(@Payload() request: ListMailboxesDto): ListMailboxesResponse {
    const { found, nextPageToken } = this.mailboxes.list(request.pageSize, request.pageToken);
    return { mailboxes: found.map(({ id, state }) => toMailbox(id, state)), nextPageToken };
  }

  @GrpcMethod(SERVICE)
  updateMailbox(@Payload() request: UpdateMailboxRequest): UpdateMailboxResponse {
    const { id, attributes } = toUpdate(request.mailbox, request.updateMask);
    const state = this.mailboxes.update(id, attributes);
    return { mailbox: state && toMailbox(id, state) };
  }

  @GrpcMethod(SERVICE)
  purgeMailbox(@Payload() request: PurgeMailboxDto): PurgeMailboxResponse {
    return { purgedCount: this.mailboxes.purge(request.id) };
  }

  @GrpcMethod(SERVICE)
  deleteMailbox(@Payload() request: DeleteMailboxDto): DeleteMailboxResponse {
    this.mailboxes.delete(request.id);
    return {};
  }

  @GrpcMethod(SERVICE)
  async sendMessage(@Payload() request: SendMessageDto): Promise<SendMessageResponse> {
    await this.mailboxes.send(request.mailboxId, request.data);
    return {};
  }

  @GrpcMethod(SERVICE)
  receiveMessage(@Payload() request: ReceiveMessageDto): ReceiveMessageResponse {
    return { message: this.mailboxes.receive(request.mailboxId, request.maxBytes) };
  }
}
