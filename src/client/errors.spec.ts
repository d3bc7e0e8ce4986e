import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo } from '../generated/google/rpc/error_details';
import { Status } from '../generated/google/rpc/status';
import {
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
  toRpcError,
  UnavailableError,
} from './errors';

const CHANGES = { method: 'SendMessage', changesState: true, address: '127.0.0.1:1' };
const LOOKS = { method: 'GetMailbox', changesState: false, address: '127.0.0.1:1' };

interface Told {
  reason?: string;
  errno?: string;
  domain?: string;
  violations?: { field: string; description: string }[];
}

/** A failure as the service sends it. */
function answered(code: status, { reason = '', errno, domain = 'slmbx', violations }: Told): ServiceError {
  const metadata: Record<string, string> = errno === undefined ? {} : { errno };
  const details = [packed('ErrorInfo', ErrorInfo.encode({ reason, domain, metadata }).finish())];
  if (violations !== undefined) {
    const fieldViolations = violations.map((violation) => ({ ...violation, reason: '', localizedMessage: undefined }));
    details.push(packed('BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  const trailers = new Metadata();
  trailers.set('grpc-status-details-bin', Buffer.from(Status.encode({ code, message: 'told', details }).finish()));
  return failed(code, 'told', trailers);
}

function packed(type: string, value: Uint8Array): { typeUrl: string; value: Buffer } {
  return { typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(value) };
}

/** A failure as grpc-js reports it. */
function failed(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(`${code} ${details}`), { code, details, metadata });
}

describe('the class of an error', () => {
  it.each([
    [status.NOT_FOUND, 'MAILBOX_NOT_FOUND', 'ENOENT', MailboxNotFoundError],
    [status.ALREADY_EXISTS, 'ALREADY_EXISTS', 'EEXIST', AlreadyExistsError],
    [status.PERMISSION_DENIED, 'NOT_PERMITTED', 'EPERM', NotPermittedError],
    [status.PERMISSION_DENIED, 'ENGINE_ACCESS_DENIED', 'EACCES', NotPermittedError],
    [status.FAILED_PRECONDITION, 'NOT_INITIALIZED', 'ENODEV', NotInitializedError],
    [status.FAILED_PRECONDITION, 'DEAD_LETTER_LOOP', 'ELOOP', DeadLetterLoopError],
    [status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', 'EINVAL', InvalidArgumentError],
    [status.RESOURCE_EXHAUSTED, 'QUOTA_EXCEEDED', 'EDQUOT', QuotaExceededError],
    [status.RESOURCE_EXHAUSTED, 'OUT_OF_MEMORY', 'ENOMEM', ResourceExhaustedError],
    [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', undefined, ResourceExhaustedError],
    [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', 'EMSGSIZE', ResourceExhaustedError],
    [status.UNAVAILABLE, 'ENGINE_UNAVAILABLE', 'ECONNREFUSED', UnavailableError],
    [status.UNAVAILABLE, 'ENGINE_BUSY', 'EUSERS', UnavailableError],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', undefined, DeadlineExceededError],
    [status.CANCELLED, 'CANCELLED', undefined, SlmbxRpcError],
    [status.INTERNAL, 'INTERNAL', undefined, SlmbxRpcError],
  ] as const)('for %p with reason %p and errno %p', (code, reason, errno, errorClass) => {
    const error = toRpcError(answered(code, { reason, ...(errno === undefined ? {} : { errno }) }), CHANGES);
    expect(error.constructor).toBe(errorClass);
    expect(error).toBeInstanceOf(SlmbxRpcError);
    expect(error).toMatchObject({ name: errorClass.name, message: 'told', code: status[code], method: 'SendMessage' });
    expect(error.reason).toBe(reason);
    expect(error.errno).toBe(errno);
  });

  it('is the plain one for a status of no kind of its own', () => {
    for (const code of [status.UNKNOWN, status.UNIMPLEMENTED, status.DATA_LOSS, status.ABORTED, status.OUT_OF_RANGE]) {
      expect(toRpcError(failed(code, 'x'), CHANGES).constructor).toBe(SlmbxRpcError);
    }
    expect(toRpcError(failed(status.OK, 'x'), CHANGES).code).toBe('UNKNOWN');
  });

  it('lets a quota be caught as a resource that is exhausted', () => {
    expect(toRpcError(answered(status.RESOURCE_EXHAUSTED, { reason: 'QUOTA_EXCEEDED' }), CHANGES)).toBeInstanceOf(
      ResourceExhaustedError,
    );
  });
});

describe('the details', () => {
  it('name each field that failed validation', () => {
    const violations = [
      { field: 'id', description: 'must be more' },
      { field: 'max_bytes', description: 'must be less' },
    ];
    const error = toRpcError(answered(status.INVALID_ARGUMENT, { reason: 'VALIDATION_FAILED', violations }), LOOKS);
    expect(error.fieldViolations).toEqual(violations);
    expect(error.reason).toBe('VALIDATION_FAILED');
  });

  it('hold the failure they were made of', () => {
    const failure = answered(status.NOT_FOUND, {});
    expect(toRpcError(failure, LOOKS).cause).toBe(failure);
  });

  it('of another domain are not ours', () => {
    const error = toRpcError(answered(status.NOT_FOUND, { reason: 'X', errno: 'ENOENT', domain: 'other' }), LOOKS);
    expect(error).toMatchObject({ reason: undefined, errno: undefined, metadata: {} });
  });

  it.each([
    ['garbage', Buffer.from([0xff, 0xff, 0xff])],
    ['nothing', Buffer.alloc(0)],
    ['a truncated detail', Buffer.from('1a7f', 'hex')],
  ])('that are %s do no harm', (_what, bytes) => {
    const trailers = new Metadata();
    trailers.set('grpc-status-details-bin', bytes);
    const error = toRpcError(failed(status.NOT_FOUND, 'x', trailers), LOOKS);
    expect(error).toBeInstanceOf(MailboxNotFoundError);
    expect(error).toMatchObject({ reason: undefined, fieldViolations: [] });
  });
});

describe('what the transport says', () => {
  it('becomes a sentence with the address', () => {
    const refused = 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ';
    expect(toRpcError(failed(status.UNAVAILABLE, refused), LOOKS).message).toBe(
      "The service at 127.0.0.1:1 can't be reached: connect ECONNREFUSED 127.0.0.1:1. Start it, or give its address.",
    );
    expect(toRpcError(failed(status.UNAVAILABLE, 'Connection dropped'), LOOKS).message).toBe(
      'The call to the service at 127.0.0.1:1 broke: Connection dropped.',
    );
    expect(toRpcError(failed(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 1s'), LOOKS).message).toBe(
      'No answer came from the service at 127.0.0.1:1 before the deadline.',
    );
  });
});

describe('whether it may have taken effect', () => {
  const transport: [status, string, boolean][] = [
    [status.UNAVAILABLE, 'No connection established. Last error: x. Resolution note: ', false],
    [status.UNAVAILABLE, 'Name resolution failed for target dns:x:1', false],
    [status.UNAVAILABLE, 'Stream refused by server', false],
    [status.UNAVAILABLE, 'Connection dropped', true],
    [status.UNAVAILABLE, 'read ECONNRESET', true],
    [status.UNAVAILABLE, 'Received HTTP status code 503', true],
    [status.UNAVAILABLE, 'a text of another version', true],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded after 1s', true],
    [status.CANCELLED, 'Call cancelled', true],
    [status.INTERNAL, 'Received RST_STREAM with code 2', true],
    [status.UNKNOWN, '', true],
    [status.UNIMPLEMENTED, 'unknown method', false],
    [status.RESOURCE_EXHAUSTED, 'Received message larger than max (2 vs 1)', false],
    [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded', true],
  ];
  it.each(transport)('is told of %p "%s": %p', (code, text, expected) => {
    expect(toRpcError(failed(code, text), CHANGES).mayHaveTakenEffect).toBe(expected);
    expect(toRpcError(failed(code, text), LOOKS).mayHaveTakenEffect).toBe(false);
  });

  const service: [status, string, string | undefined, boolean][] = [
    [status.UNAVAILABLE, 'ENGINE_UNAVAILABLE', 'ECONNREFUSED', false],
    [status.UNAVAILABLE, 'ENGINE_UNAVAILABLE', 'ENOSYS', false],
    [status.UNAVAILABLE, 'ENGINE_BUSY', 'EUSERS', false],
    [status.UNAVAILABLE, 'ENGINE_UNAVAILABLE', 'ECONNRESET', true],
    [status.UNAVAILABLE, 'SOMETHING_ELSE', undefined, true],
    [status.NOT_FOUND, 'MAILBOX_NOT_FOUND', 'ENOENT', false],
    [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', undefined, false],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', undefined, false],
    [status.CANCELLED, 'CANCELLED', undefined, false],
    [status.INTERNAL, 'INTERNAL', undefined, true],
  ];
  it.each(service)('is told of %p with reason %s and errno %s: %p', (code, reason, errno, expected) => {
    const failure = answered(code, { reason, ...(errno === undefined ? {} : { errno }) });
    expect(toRpcError(failure, CHANGES).mayHaveTakenEffect).toBe(expected);
    expect(toRpcError(failure, LOOKS).mayHaveTakenEffect).toBe(false);
  });

  it('is in doubt if a stranger answers', () => {
    const failure = answered(status.UNAVAILABLE, { reason: 'ENGINE_BUSY', domain: 'other' });
    expect(toRpcError(failure, CHANGES).mayHaveTakenEffect).toBe(true);
  });
});
