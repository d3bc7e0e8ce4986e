import { Controller } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type {
  CreateMailboxResponse,
  DeleteMailboxResponse,
  GetMailboxResponse,
  ReceiveMessageResponse,
  SendMessageResponse,
} from '../../generated/slmbx/v1/mailbox';
import { CreateMailboxDto } from './dto/create-mailbox.dto';
import { DeleteMailboxDto } from './dto/delete-mailbox.dto';
import { GetMailboxDto } from './dto/get-mailbox.dto';
import { ReceiveMessageDto } from './dto/receive-message.dto';
import { SendMessageDto } from './dto/send-message.dto';
import { MailboxService } from './mailbox.service';

const SERVICE = 'MailboxService';

/** slmbx.v1.MailboxService. */
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
    const state = this.mailboxes.get(request.id);
    return {
      mailbox: {
        id: request.id,
        messageCount: state.count,
        byteCount: state.bytes,
        headLength: state.headLength,
        protected: state.isProtected,
        ownerUid: state.owner,
      },
    };
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
