import { MailboxServiceService } from '../generated/slmbx/v1/mailbox';
import { SystemServiceService } from '../generated/slmbx/v1/system';
import { Channel, type UnaryMethod } from './channel';
import {
  checkCallOptions,
  resolveOptions,
  type CallOptions,
  type CreateMailboxOptions,
  type InitializeOptions,
  type ListMailboxesOptions,
  type PeekOptions,
  type ReceiveManyOptions,
  type ReceiveOptions,
  type ResolvedOptions,
  type SlmbxClientOptions,
} from './options';
import { toTime } from './durations';
import { LeasedMessage, toOutcome, toWireSettlement, type Settlement, type SettlementOutcome } from './leases';
import { toMailbox, toReceivedMessage, toWireMessages } from './messages';
import type { Mailbox, MailboxUpdate, Message, OutgoingMessage, ReceivedMessage, SystemInfo } from './types';
import { toUpdateRequest } from './update';
import {
  BATCH_MAX,
  checkBatch,
  checkBoolean,
  checkInteger,
  checkInverseProbability,
  checkMailboxId,
  MAX_UINT32,
  toMessageBytes,
} from './validate';

const MAX_PAGE_SIZE = 1000;

/** Calls that only look: repeating them is harmless. */
const LOOKS = { changesState: false } as const;
/** Calls that must not be carried out twice. */
const CHANGES = { changesState: true } as const;

/**
 * A client of the slmbx service.
 *
 * It connects with its first call and reconnects by itself; while no call is under way it doesn't keep the process alive.
 * A call rejects with TypeError or RangeError, and sends nothing, if an argument is wrong; with the reason of its signal
 * if it was aborted; else with a {@link SlmbxRpcError} or one of its subclasses.
 *
 * @example
 * ```ts
 * const client = new SlmbxClient();
 * await client.createMailbox(42);
 * await client.send(42, 'hello');
 * const message = await client.receive(42);
 * console.log(message?.data.toString());
 * await client.close();
 * ```
 */
export class SlmbxClient implements AsyncDisposable {
  /** The address this client calls. */
  readonly address: string;

  private readonly options: ResolvedOptions;
  private readonly channel: Channel;
  private readonly underWay = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  /** @throws TypeError or RangeError if an option is wrong. Nothing is connected yet. */
  constructor(options: SlmbxClientOptions = {}) {
    this.options = resolveOptions(options);
    this.address = this.options.address;
    this.channel = new Channel(this.address, this.options.retry);
  }

  /**
   * Creates an empty mailbox owned by the caller.
   * @param id 1 to 4294967294
   */
  async createMailbox(id: number, options: CreateMailboxOptions = {}): Promise<void> {
    const { protected: isProtected = false } = options;
    checkMailboxId(id);
    checkBoolean('protected', isProtected);
    await this.call(MailboxServiceService.createMailbox, { id, protected: isProtected }, CHANGES, options);
  }

  /**
   * Looks at a mailbox without changing it.
   * @param id 1 to 4294967294
   */
  async getMailbox(id: number, options: CallOptions = {}): Promise<Mailbox> {
    checkMailboxId(id);
    const { mailbox } = await this.call(MailboxServiceService.getMailbox, { id }, LOOKS, options);
    return toMailbox(present(mailbox, 'GetMailbox'));
  }

  /**
   * Deletes a mailbox and every message in it.
   * @param id 1 to 4294967294
   */
  async deleteMailbox(id: number, options: CallOptions = {}): Promise<void> {
    checkMailboxId(id);
    await this.call(MailboxServiceService.deleteMailbox, { id }, CHANGES, options);
  }

  /** Every mailbox the caller may use, by rising id, asked for a page at a time. */
  async *listMailboxes(options: ListMailboxesOptions = {}): AsyncGenerator<Mailbox, void, undefined> {
    const { pageSize = 0 } = options;
    if (pageSize !== 0) {
      checkInteger('pageSize', pageSize, 1, MAX_PAGE_SIZE);
    }
    let pageToken = '';
    do {
      const page = await this.call(MailboxServiceService.listMailboxes, { pageSize, pageToken }, LOOKS, options);
      yield* page.mailboxes.map(toMailbox);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }

  /**
   * Sets some of a mailbox's attributes, all or nothing.
   * @param id 1 to 4294967294
   * @returns the mailbox after it; `undefined` if it has been deleted since or the caller may no longer look at it
   */
  async updateMailbox(id: number, update: MailboxUpdate, options: CallOptions = {}): Promise<Mailbox | undefined> {
    checkMailboxId(id);
    const request = toUpdateRequest(id, update);
    const { mailbox } = await this.call(MailboxServiceService.updateMailbox, request, CHANGES, options);
    return mailbox && toMailbox(mailbox);
  }

  /**
   * Drops every message that is ready or delayed; leased ones stay.
   * @param id 1 to 4294967294
   * @returns how many messages that were
   */
  async purgeMailbox(id: number, options: CallOptions = {}): Promise<bigint> {
    checkMailboxId(id);
    const { purgedCount } = await this.call(MailboxServiceService.purgeMailbox, { id }, CHANGES, options);
    return purgedCount;
  }

  /**
   * Appends a message. Once the promise resolves, the message is in the mailbox, whatever becomes of the service.
   *
   * If it rejects with an error whose `mayHaveTakenEffect` is true, the message may be there or not: a caller that sends
   * it again may have it in the mailbox twice.
   * @param id 1 to 4294967294
   * @param data any bytes, none included; a string is sent as UTF-8. The bytes must stay as they are until the promise
   * settles.
   */
  async send(id: number, data: Uint8Array | string, options: CallOptions = {}): Promise<void> {
    checkMailboxId(id);
    const bytes = toMessageBytes(data, this.options.maxMessageBytes);
    await this.call(MailboxServiceService.sendMessage, { mailboxId: id, data: bytes }, CHANGES, options);
  }

  /**
   * Removes the head message and returns it; `undefined` if the mailbox is empty. It doesn't wait for one.
   *
   * The message leaves the mailbox before the answer leaves the service. If the answer doesn't arrive, because the
   * connection broke, the deadline passed or the call was aborted, the message is gone.
   * @param id 1 to 4294967294
   */
  async receive(id: number, options: ReceiveOptions = {}): Promise<Message | undefined> {
    const { maxBytes } = options;
    checkMailboxId(id);
    if (maxBytes !== undefined) {
      checkInteger('maxBytes', maxBytes, 0, MAX_UINT32);
    }
    const { message } = await this.call(
      MailboxServiceService.receiveMessage,
      { mailboxId: id, maxBytes },
      CHANGES,
      options,
    );
    return message;
  }

  /**
   * Appends 1 to 1024 messages in their order and with nothing in between, or none of them. As with `send`, one that rejects
   * with `mayHaveTakenEffect` may have appended all of them.
   * @param id 1 to 4294967294
   */
  async sendMany(
    id: number,
    messages: readonly (OutgoingMessage | Uint8Array | string)[],
    options: CallOptions = {},
  ): Promise<void> {
    checkMailboxId(id);
    checkBatch('the messages', messages);
    const request = { mailboxId: id, messages: toWireMessages(messages, this.options.maxMessageBytes) };
    await this.call(MailboxServiceService.sendMessages, request, CHANGES, options);
  }

  /**
   * Leases messages from the head, or none if none is ready; it doesn't wait for one. There may be more whenever there is
   * one. A message that isn't acknowledged
   * comes back when its lease ends, whatever became of its receiver.
   * @param id 1 to 4294967294
   */
  receiveMany(id: number, options: ReceiveManyOptions & { readonly leaseMs: number }): Promise<LeasedMessage[]>;
  /**
   * Removes messages from the head and returns them, or none if none is ready; it doesn't wait for one. There may be more
   * whenever there is one. If the answer doesn't arrive, they are gone.
   * @param id 1 to 4294967294
   */
  receiveMany(id: number, options?: ReceiveManyOptions): Promise<ReceivedMessage[]>;
  async receiveMany(id: number, options: ReceiveManyOptions = {}): Promise<ReceivedMessage[]> {
    const { leaseMs } = options;
    const request = {
      ...toLimits(id, options),
      ...(leaseMs === undefined ? {} : { lease: toTime('leaseMs', leaseMs) }),
    };
    const { messages } = await this.call(MailboxServiceService.receiveMessages, request, CHANGES, options);
    if (leaseMs === undefined) {
      return messages.map(toReceivedMessage);
    }
    return messages.map(
      (message) =>
        new LeasedMessage(toReceivedMessage(message), message.leaseToken, (settlements, settleOptions) =>
          this.settle(id, settlements, settleOptions),
        ),
    );
  }

  /**
   * Looks at messages from the head and leaves everything as it is.
   * @param id 1 to 4294967294
   */
  async peek(id: number, options: PeekOptions = {}): Promise<ReceivedMessage[]> {
    const { messages } = await this.call(MailboxServiceService.peekMessages, toLimits(id, options), LOOKS, options);
    return messages.map(toReceivedMessage);
  }

  /**
   * Acknowledges, releases or extends 1 to 1024 leases, each by itself; what became of each, in their order.
   * @param id the mailbox that the messages were received from
   */
  async settle(
    id: number,
    settlements: readonly Settlement[],
    options: CallOptions = {},
  ): Promise<SettlementOutcome[]> {
    checkMailboxId(id);
    checkBatch('the settlements', settlements);
    const request = { mailboxId: id, settlements: settlements.map(toWireSettlement) };
    const { results } = await this.call(MailboxServiceService.settleMessages, request, CHANGES, options);
    return results.map(({ outcome }) => toOutcome(outcome));
  }

  /** Sets up an empty system. */
  async initialize(options: InitializeOptions = {}): Promise<void> {
    const { maxPointers, inverseProbability } = options;
    if (maxPointers !== undefined) {
      checkInteger('maxPointers', maxPointers, 1, MAX_UINT32);
    }
    if (inverseProbability !== undefined) {
      checkInverseProbability(inverseProbability);
    }
    await this.call(SystemServiceService.initialize, { maxPointers, inverseProbability }, CHANGES, options);
  }

  /** Deletes every mailbox and every message. */
  async shutdown(options: CallOptions = {}): Promise<void> {
    await this.call(SystemServiceService.shutdown, {}, CHANGES, options);
  }

  /** Says which engine serves the calls and whether it is initialized. */
  async getSystem(options: CallOptions = {}): Promise<SystemInfo> {
    return await this.call(SystemServiceService.getSystem, {}, LOOKS, options);
  }

  /** Refuses new calls, waits for those under way, and closes the connection. May be called more than once. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async finish(): Promise<void> {
    await Promise.allSettled(this.underWay);
    this.channel.close();
  }

  private async call<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
    { changesState }: { readonly changesState: boolean },
    options: CallOptions,
  ): Promise<Response> {
    checkCallOptions(options);
    if (this.closing !== undefined) {
      throw new Error('the client is closed');
    }
    const { deadlineMs = this.options.deadlineMs, signal } = options;
    const made = this.channel.call({ method, request, changesState, deadlineMs, signal });
    this.underWay.add(made);
    try {
      return await made;
    } finally {
      this.underWay.delete(made);
    }
  }
}

function toLimits(
  id: number,
  { maxMessages, maxBytes }: PeekOptions,
): { mailboxId: number; maxMessages: number | undefined; maxBytes: number | undefined } {
  checkMailboxId(id);
  if (maxMessages !== undefined) {
    checkInteger('maxMessages', maxMessages, 1, BATCH_MAX);
  }
  if (maxBytes !== undefined) {
    checkInteger('maxBytes', maxBytes, 0, MAX_UINT32);
  }
  return { mailboxId: id, maxMessages, maxBytes };
}

function present<T>(value: T | undefined, method: string): T {
  if (value === undefined) {
    throw new Error(`${method} was answered without a result: the service doesn't speak slmbx.v1`);
  }
  return value;
}
