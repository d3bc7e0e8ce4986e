import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status, type StatusObject } from '@grpc/grpc-js';
import type { PinoLogger } from 'nestjs-pino';
import { firstValueFrom } from 'rxjs';
import { ErrorInfo } from '../generated/google/rpc/error_details';
import { Status } from '../generated/google/rpc/status';
import { EngineError, engineError } from '../modules/engine/engine.errors';
import { PROTO_ROOT } from '../package-info';
import { MEANINGS } from './reasons';
import { explain, RpcErrorFilter } from './rpc-error.filter';
import { MessageTooLargeError, ValidationError } from './rpc.errors';
import { STATUS_DETAILS_KEY } from './status-details';

function filterWithLog(): { filter: RpcErrorFilter; logged: unknown[][] } {
  const logged: unknown[][] = [];
  const logger = { setContext: () => undefined, error: (...args: unknown[]) => void logged.push(args) };
  return { filter: new RpcErrorFilter(logger as unknown as PinoLogger), logged };
}

async function answerTo(filter: RpcErrorFilter, error: unknown): Promise<StatusObject> {
  return firstValueFrom(filter.catch(error)).then(
    () => Promise.reject(new Error('the filter answered OK')),
    (answer: unknown) => answer as StatusObject,
  );
}

it('has the table that mailbox.proto shows', () => {
  const proto = readFileSync(join(PROTO_ROOT, 'slmbx/v1/mailbox.proto'), 'utf8');
  const rows = [...proto.matchAll(/^\/\/ {3}(E[A-Z]+) +([A-Z_]+) +([A-Z_]+)$/gm)].map(([, errno, reason, code]) => [
    errno,
    { reason, code },
  ]);
  const table = [...MEANINGS].map(([errno, { reason, code }]) => [errno, { reason, code: status[code] }]);
  expect(rows).toEqual(table);
  expect(rows.length).toBeGreaterThanOrEqual(15);
});

it.each([...MEANINGS.keys()])('%s is told with its errno, its call and its mailbox', async (errno) => {
  const { filter, logged } = filterWithLog();
  const answer = await answerTo(filter, engineError({ errno, syscall: 'slmbx_send', mailboxId: 42 }));
  const meaning = MEANINGS.get(errno)!;
  expect(answer.code).toBe(meaning.code);
  const packed = answer.metadata.get(STATUS_DETAILS_KEY)[0] as Buffer;
  const { code, message, details } = Status.decode(packed);
  expect([code, message]).toEqual([answer.code, answer.details]);
  expect(details).toHaveLength(1);
  expect(details[0]?.typeUrl).toBe('type.googleapis.com/google.rpc.ErrorInfo');
  expect(ErrorInfo.decode(details[0]!.value)).toEqual({
    reason: meaning.reason,
    domain: 'slmbx',
    metadata: { errno, syscall: 'slmbx_send', mailbox_id: '42' },
  });
  expect(answer.details).toMatch(/^[A-Z].*\.$/);
  expect(logged).toEqual([]);
});

it('says how many bytes a message takes that was too long', async () => {
  const { filter } = filterWithLog();
  const refusal = { errno: 'EMSGSIZE', syscall: 'slmbx_recvv', mailboxId: 42, needed: 1234n };
  const answer = await answerTo(filter, engineError(refusal));
  expect(answer.details).toBe('The first message is longer than max_bytes: it has 1234 bytes.');
  const packed = answer.metadata.get(STATUS_DETAILS_KEY)[0] as Buffer;
  expect(ErrorInfo.decode(Status.decode(packed).details[0]!.value).metadata).toMatchObject({ needed_bytes: '1234' });
});

it('tells who may update a mailbox', () => {
  const refusal = { errno: 'EPERM', syscall: 'slmbx_setattr', mailboxId: 42 };
  expect(explain(engineError(refusal))?.message).toBe(
    'Only the owner of mailbox 42, or root, may update it, and only root its owner.',
  );
});

it('speaks of the system where there is no mailbox', () => {
  const refusal = (errno: string): EngineError => engineError({ errno, syscall: 'slmbx_init', mailboxId: undefined });
  for (const errno of [...MEANINGS.keys()].filter((each) => !['ENOENT', 'ELOOP'].includes(each))) {
    expect(explain(refusal(errno))?.message).not.toContain('undefined');
    expect(explain(refusal(errno))?.metadata).toEqual({ errno, syscall: 'slmbx_init' });
  }
});

it('has a class of its own for every errno in the table', () => {
  for (const errno of MEANINGS.keys()) {
    const error = engineError({ errno, syscall: 'slmbx_send', mailboxId: 1 });
    expect(error).toBeInstanceOf(EngineError);
    expect(error.constructor).not.toBe(EngineError);
    expect(error.name).toBe(error.constructor.name);
  }
});

it('tells a bad request field by field', async () => {
  const { filter } = filterWithLog();
  const answer = await answerTo(filter, new ValidationError([{ field: 'id', description: 'must be good' }]));
  expect(answer).toMatchObject({ code: status.INVALID_ARGUMENT, details: "The request isn't valid: id must be good." });
});

it('tells a message that is too large', async () => {
  const { filter } = filterWithLog();
  const answer = await answerTo(filter, new MessageTooLargeError(11, 10, 42));
  expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
});

it.each([
  ['an Error', new Error('the secret is 1234')],
  ['an errno without a meaning', engineError({ errno: 'EPROTO', syscall: 'slmbx_send', mailboxId: 7 })],
  ['a string', 'the secret is 1234'],
  ['nothing', undefined],
])('keeps %s to the log', async (_what, error) => {
  const { filter, logged } = filterWithLog();
  const answer = await answerTo(filter, error);
  expect(answer.code).toBe(status.INTERNAL);
  expect(answer.details).toBe('The service failed; its log says why.');
  const packed = answer.metadata.get(STATUS_DETAILS_KEY)[0] as Buffer;
  expect(ErrorInfo.decode(Status.decode(packed).details[0]!.value)).toEqual({
    reason: 'INTERNAL',
    domain: 'slmbx',
    metadata: {},
  });
  expect(packed.toString('latin1')).not.toContain('secret');
  expect(logged).toEqual([[{ err: error }, expect.any(String)]]);
});
