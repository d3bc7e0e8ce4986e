import { Controller } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type { Duration } from '../../generated/google/protobuf/duration';
import {
  type PeekMessagesResponse,
  type ReceiveMessagesResponse,
  type SendMessagesResponse,
  SettlementResult_Outcome as WireOutcome,
  type SettleMessagesResponse,
} from '../../generated/slmbx/v1/mailbox';
import { ifUndelivered } from '../../grpc/undelivered';
import { toOutgoing, toReceived, toSettleItems } from './batches';
import { DeliveryService, type Outcome } from './delivery.service';
import { PeekMessagesDto } from './dto/peek-messages.dto';
import { ReceiveMessagesDto } from './dto/receive-messages.dto';
import { SendMessagesDto } from './dto/send-messages.dto';
import { SettleMessagesDto } from './dto/settle-messages.dto';
import { MUST_BE_POSITIVE_DURATION, toPositiveNanoseconds } from './durations';
import { Violations } from './violations';

const SERVICE = 'MailboxService';

const OUTCOMES: Readonly<Record<Outcome, WireOutcome>> = {
  settled: WireOutcome.OUTCOME_SETTLED,
  expired: WireOutcome.OUTCOME_LEASE_EXPIRED,
  refused: WireOutcome.OUTCOME_REFUSED,
};

/** The calls of slmbx.v1.MailboxService that take batches of messages. */
@Controller()
export class DeliveryController {
  constructor(private readonly deliveries: DeliveryService) {}

  @GrpcMethod(SERVICE)
  sendMessages(@Payload() { mailboxId, messages }: SendMessagesDto): SendMessagesResponse {
    this.deliveries.send(mailboxId, toOutgoing(messages));
    return {};
  }

  @GrpcMethod(SERVICE)
  receiveMessages(@Payload() request: ReceiveMessagesDto): ReceiveMessagesResponse {
    const { mailboxId, lease } = request;
    const received = this.deliveries.receive(mailboxId, request, leaseOf(lease));
    const response = { messages: received.map(toReceived) };
    if (lease !== undefined) {
      ifUndelivered(response, () => this.deliveries.release(mailboxId, received));
    }
    return response;
  }

  @GrpcMethod(SERVICE)
  peekMessages(@Payload() request: PeekMessagesDto): PeekMessagesResponse {
    return { messages: this.deliveries.peek(request.mailboxId, request).map(toReceived) };
  }

  @GrpcMethod(SERVICE)
  settleMessages(@Payload() { mailboxId, settlements }: SettleMessagesDto): SettleMessagesResponse {
    const outcomes = this.deliveries.settle(mailboxId, toSettleItems(settlements));
    return { results: outcomes.map((outcome) => ({ outcome: OUTCOMES[outcome] })) };
  }
}

function leaseOf(lease: Duration | undefined): bigint | undefined {
  const violations = new Violations();
  const nanoseconds = lease && violations.need(toPositiveNanoseconds(lease), 'lease', MUST_BE_POSITIVE_DURATION);
  violations.throwAny();
  return nanoseconds;
}
