import { MessageTooLargeError, type RpcErrorFields, SlmbxRpcError, type StatusName } from '../client';
import { EXIT_KINDS } from './exit-codes';
import { changing, CommandError, KnownFailure, toFailure, usageError } from './failures';

function rpcError(code: StatusName, fields: Partial<RpcErrorFields> = {}): SlmbxRpcError {
  return new SlmbxRpcError('told', {
    code,
    method: 'SendMessage',
    reason: undefined,
    errno: undefined,
    metadata: {},
    fieldViolations: [],
    mayHaveTakenEffect: false,
    ...fields,
  });
}

it.each([
  ['NOT_FOUND', EXIT_KINDS.notFound],
  ['ALREADY_EXISTS', EXIT_KINDS.exists],
  ['PERMISSION_DENIED', EXIT_KINDS.notPermitted],
  ['FAILED_PRECONDITION', EXIT_KINDS.notInitialized],
  ['INVALID_ARGUMENT', EXIT_KINDS.usage],
  ['RESOURCE_EXHAUSTED', EXIT_KINDS.limit],
  ['UNAVAILABLE', EXIT_KINDS.unavailable],
  ['DEADLINE_EXCEEDED', EXIT_KINDS.deadline],
  ['INTERNAL', EXIT_KINDS.failed],
  ['UNIMPLEMENTED', EXIT_KINDS.failed],
] as const)('tells the kind of %s', (code, { kind, exitCode }) => {
  expect(toFailure(rpcError(code))).toEqual({ kind, exitCode, message: 'told', mayHaveTakenEffect: false, code });
});

it('hands on what the service says', () => {
  const fields = {
    reason: 'VALIDATION_FAILED',
    errno: 'EINVAL',
    fieldViolations: [{ field: 'id', description: 'bad' }],
    mayHaveTakenEffect: true,
  };
  expect(toFailure(rpcError('INVALID_ARGUMENT', fields))).toMatchObject(fields);
});

it('speaks of commands, not of calls', () => {
  expect(toFailure(rpcError('FAILED_PRECONDITION', { reason: 'NOT_INITIALIZED' })).message).toBe(
    "The mailbox system isn't initialized: run slmbx system init first.",
  );
});

it('does not take a loop of dead letters for a system that is not there', () => {
  expect(toFailure(rpcError('FAILED_PRECONDITION', { reason: 'DEAD_LETTER_LOOP' }))).toMatchObject({ kind: 'usage' });
});

it('tells the kinds of its own errors and of strangers', () => {
  expect(toFailure(usageError('no'))).toMatchObject({ kind: 'usage', exitCode: 2, message: 'no' });
  expect(toFailure(new CommandError(EXIT_KINDS.empty, 'none'))).toMatchObject({ kind: 'empty', exitCode: 7 });
  expect(toFailure(new MessageTooLargeError(2, 1))).toMatchObject({ kind: 'limit', exitCode: 10 });
  expect(toFailure(new Error('odd'))).toMatchObject({ kind: 'failed', exitCode: 1, message: 'odd' });
  expect(toFailure('odd')).toMatchObject({ kind: 'failed', exitCode: 1, message: 'odd' });
});

describe('a call that changes something', () => {
  it('hands on its result', async () => {
    await expect(changing('Doubt.', () => Promise.resolve(42))).resolves.toBe(42);
  });

  it('fails plainly if nothing has changed', async () => {
    const error = rpcError('NOT_FOUND');
    await expect(changing('Doubt.', () => Promise.reject(error))).rejects.toBe(error);
  });

  it.each([
    [rpcError('UNAVAILABLE', { mayHaveTakenEffect: true }), 'told Doubt.', 8],
    [new CommandError(EXIT_KINDS.interrupted, 'Ended.'), 'Ended. Doubt.', 130],
    [new CommandError(EXIT_KINDS.terminated, 'Ended.'), 'Ended. Doubt.', 143],
  ])('says so if it may have changed all the same', async (error, message, exitCode) => {
    const caught: unknown = await changing('Doubt.', () => Promise.reject(error)).catch((reason: unknown) => reason);
    expect(caught).toBeInstanceOf(KnownFailure);
    expect(toFailure(caught)).toMatchObject({ message, exitCode, mayHaveTakenEffect: true });
  });
});
