export { SlmbxClient } from './client';
export {
  DEFAULT_DEADLINE_MS,
  DEFAULT_MAX_MESSAGE_BYTES,
  type CallOptions,
  type CreateMailboxOptions,
  type InitializeOptions,
  type ListMailboxesOptions,
  type PeekOptions,
  type ReceiveManyOptions,
  type ReceiveOptions,
  type SlmbxClientOptions,
} from './options';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry';
export { LeasedMessage, LeaseExpiredError, type Settlement, type SettlementOutcome } from './leases';
export type {
  DeadLetter,
  Mailbox,
  MailboxUpdate,
  Message,
  OutgoingMessage,
  ReceivedMessage,
  SystemInfo,
} from './types';
export { MAX_MAILBOX_ID, MessageTooLargeError, MIN_MAILBOX_ID } from './validate';
export type { FieldViolation } from './error-details';
export {
  AlreadyExistsError,
  DeadLetterLoopError,
  DeadlineExceededError,
  InvalidArgumentError,
  MailboxNotFoundError,
  NotInitializedError,
  NotPermittedError,
  QuotaExceededError,
  ResourceExhaustedError,
  SlmbxRpcError,
  UnavailableError,
  type RpcErrorFields,
  type StatusName,
} from './errors';
