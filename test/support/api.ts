import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  type CallOptions,
  type ChannelOptions,
  type Client,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { BadRequest, ErrorInfo } from '../../src/generated/google/rpc/error_details';
import { Status } from '../../src/generated/google/rpc/status';
import { HealthClient } from '../../src/generated/health/v1/health';
import type { Duration } from '../../src/generated/google/protobuf/duration';
import {
  type ListMailboxesResponse,
  Mailbox,
  MailboxServiceClient,
  type Message,
  type OutgoingMessage,
  type ReceivedMessage,
  type Settlement,
  SettlementResult_Outcome as Outcome,
} from '../../src/generated/slmbx/v1/mailbox';
import { type GetSystemResponse, SystemServiceClient } from '../../src/generated/slmbx/v1/system';
import { type Engine, SCALE } from './engine';
import { cleanEnvironment } from './service';

const ROOT = resolve(__dirname, '../..');
const MIB = 1024 * 1024;

type Callback<T> = (error: ServiceError | null, value?: T) => void;

/** A bare client of the service: the generated stubs with promises, no retries. */
export class Api {
  readonly mailbox: MailboxServiceClient;
  readonly system: SystemServiceClient;
  readonly health: HealthClient;

  constructor(target: string, options: ChannelOptions = {}) {
    const channel: ChannelOptions = {
      'grpc.max_receive_message_length': 1100 * MIB,
      'grpc.max_send_message_length': 1100 * MIB,
      'grpc.enable_retries': 0,
      // A target of its own per client, or clients of one test would share a connection unasked.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.min_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
      ...options,
    };
    const insecure = credentials.createInsecure();
    this.mailbox = new MailboxServiceClient(target, insecure, channel);
    this.system = new SystemServiceClient(target, insecure, channel);
    this.health = new HealthClient(target, insecure, channel);
  }

  initialize(maxPointers?: number, inverseProbability?: number): Promise<unknown> {
    return unary((done) => this.system.initialize({ maxPointers, inverseProbability }, done));
  }

  shutdown(): Promise<unknown> {
    return unary((done) => this.system.shutdown({}, done));
  }

  getSystem(): Promise<GetSystemResponse> {
    return unary((done) => this.system.getSystem({}, done));
  }

  create(id: number, isProtected = false): Promise<unknown> {
    return unary((done) => this.mailbox.createMailbox({ id, protected: isProtected }, done));
  }

  async get(id: number): Promise<Mailbox> {
    const { mailbox } = await unary<{ mailbox: Mailbox | undefined }>((done) => this.mailbox.getMailbox({ id }, done));
    if (mailbox === undefined) throw new Error('GetMailbox answered without a mailbox');
    return mailbox;
  }

  delete(id: number): Promise<unknown> {
    return unary((done) => this.mailbox.deleteMailbox({ id }, done));
  }

  send(mailboxId: number, data: string | Buffer, options: CallOptions = {}): Promise<unknown> {
    return unary((done) =>
      this.mailbox.sendMessage({ mailboxId, data: Buffer.from(data) }, new Metadata(), options, done),
    );
  }

  async receive(mailboxId: number, maxBytes?: number, options: CallOptions = {}): Promise<Message | undefined> {
    const { message } = await unary<{ message?: Message | undefined }>((done) =>
      this.mailbox.receiveMessage({ mailboxId, maxBytes }, new Metadata(), options, done),
    );
    return message;
  }

  sendAll(mailboxId: number, messages: readonly (string | Partial<OutgoingMessage>)[]): Promise<unknown> {
    const all = messages.map((message) => ({
      data: Buffer.from(typeof message === 'string' ? message : ''),
      ...(typeof message === 'string' ? {} : message),
    }));
    return unary((done) => this.mailbox.sendMessages({ mailboxId, messages: all }, done));
  }

  async receiveAll(
    mailboxId: number,
    { lease, ...limits }: { maxMessages?: number; maxBytes?: number; lease?: Duration } = {},
    options: CallOptions = {},
  ): Promise<ReceivedMessage[]> {
    const { messages } = await unary<{ messages: ReceivedMessage[] }>((done) =>
      this.mailbox.receiveMessages(
        { mailboxId, maxMessages: undefined, maxBytes: undefined, ...limits, lease },
        new Metadata(),
        options,
        done,
      ),
    );
    return messages;
  }

  async peek(mailboxId: number, limits: { maxMessages?: number; maxBytes?: number } = {}): Promise<ReceivedMessage[]> {
    const { messages } = await unary<{ messages: ReceivedMessage[] }>((done) =>
      this.mailbox.peekMessages({ mailboxId, maxMessages: undefined, maxBytes: undefined, ...limits }, done),
    );
    return messages;
  }

  /** What became of each settlement: `SETTLED`, say. */
  async settle(mailboxId: number, settlements: Settlement[]): Promise<string[]> {
    const { results } = await unary<{ results: { outcome: Outcome }[] }>((done) =>
      this.mailbox.settleMessages({ mailboxId, settlements }, done),
    );
    return results.map(({ outcome }) => Outcome[outcome].replace('OUTCOME_', ''));
  }

  list(pageSize = 0, pageToken = ''): Promise<ListMailboxesResponse> {
    return unary((done) => this.mailbox.listMailboxes({ pageSize, pageToken }, done));
  }

  async update(id: number, values: Partial<Mailbox>, updateMask?: string[]): Promise<Mailbox | undefined> {
    const mailbox = { ...Mailbox.decode(new Uint8Array()), ...values, id };
    const answer = await unary<{ mailbox: Mailbox | undefined }>((done) =>
      this.mailbox.updateMailbox({ mailbox, updateMask }, done),
    );
    return answer.mailbox;
  }

  async purge(id: number): Promise<bigint> {
    const { purgedCount } = await unary<{ purgedCount: bigint }>((done) => this.mailbox.purgeMailbox({ id }, done));
    return purgedCount;
  }

  /** Every message that waits, as text, in order. */
  async drain(mailboxId: number): Promise<string[]> {
    const texts: string[] = [];
    for (let message = await this.receive(mailboxId); message !== undefined; message = await this.receive(mailboxId)) {
      texts.push(message.data.toString());
    }
    return texts;
  }

  async healthOf(service = ''): Promise<string> {
    const answer = await unary<{ status: number }>((done) => this.health.check({ service }, done));
    return ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'][answer.status] ?? String(answer.status);
  }

  close(): void {
    for (const client of [this.mailbox, this.system, this.health] as Client[]) client.close();
  }
}

/** What a failed call tells its caller. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: Record<string, string>;
  readonly violations?: { field: string; description: string }[];
}

/** Details of the error `call` ends in. Fails if it succeeds. */
export async function told(call: Promise<unknown>): Promise<Told> {
  let error: ServiceError;
  try {
    await call;
  } catch (caught) {
    error = caught as ServiceError;
    if (typeof error.code !== 'number') throw caught;
    return tell(error);
  }
  throw new Error('the call succeeded');
}

/** Reads status and details out of the error of a call. */
export function tell(error: ServiceError): Told {
  const [packed] = error.metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(packed)) return { code: status[error.code], message: error.details };
  const { code, message, details } = Status.decode(packed);
  if (code !== (error.code as number) || message !== error.details)
    throw new Error('the two statuses of the call differ');
  const find = (type: string): Buffer | undefined =>
    details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/google.rpc.${type}`)?.value;
  const info = find('ErrorInfo');
  const bad = find('BadRequest');
  return {
    code: status[error.code],
    message,
    ...(info === undefined ? {} : ErrorInfo.decode(info)),
    ...(bad === undefined
      ? {}
      : {
          violations: BadRequest.decode(bad).fieldViolations.map(({ field, description }) => ({ field, description })),
        }),
  };
}

/** Runs a unary call of a generated client. */
export function unary<T>(call: (done: Callback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error !== null) reject(error);
      else resolve(value as T);
    });
  });
}

/** Runs a line of JavaScript on the bindings (`slmbx`) in a process of its own, past the service. */
export async function behindTheService(engine: Engine, script: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['-e', `const slmbx = require('slmbx-bindings'); ${script}`], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...engine.env },
    timeout: 20_000 * SCALE.patience,
  });
}
