import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import pino from 'pino';
import { of, throwError } from 'rxjs';
import { ifUndelivered } from './undelivered';
import { loggedMethod, type RpcHandler, type UnaryCall, unaryMethod, type UnaryMethod } from './unary-call';

interface Given {
  cancelled?: boolean;
  deadline?: number | Date;
  request?: object;
  peer?: string;
}

function callOf({ cancelled = false, deadline = Infinity, request = {}, peer = '127.0.0.1:1' }: Given): UnaryCall {
  const call = {
    request,
    cancelled,
    metadata: new Metadata(),
    getDeadline: () => deadline,
    getPath: () => '/slmbx.v1.MailboxService/SendMessage',
    getPeer: () => peer,
  };
  return call as unknown as UnaryCall;
}

function run(method: UnaryMethod, given: Given): Promise<{ error: Partial<StatusObject> | null; value: unknown }> {
  return new Promise((resolve) => {
    method(callOf(given), (error, value) => resolve({ error, value }));
  });
}

/** A handler that counts its calls. */
function counted(result: () => Promise<unknown>): { handler: RpcHandler; calls: () => number } {
  let calls = 0;
  const handler: RpcHandler = () => {
    calls++;
    return result();
  };
  return { handler, calls: () => calls };
}

it('answers with what the handler returns', async () => {
  const { handler, calls } = counted(() => Promise.resolve({ id: 1 }));
  expect(await run(unaryMethod(handler), {})).toEqual({ error: null, value: { id: 1 } });
  expect(calls()).toBe(1);
});

it('answers with what a handler emits, and with the status a filter makes', async () => {
  const { handler } = counted(() => Promise.resolve(of('emitted')));
  expect(await run(unaryMethod(handler), {})).toEqual({ error: null, value: 'emitted' });
  const refusal = { code: status.NOT_FOUND, details: 'gone' };
  const filtered = counted(() => Promise.resolve(throwError(() => refusal)));
  expect(await run(unaryMethod(filtered.handler), {})).toMatchObject({ error: refusal });
  const rejected = counted(() => Promise.reject(Object.assign(new Error('gone'), refusal)));
  expect(await run(unaryMethod(rejected.handler), {})).toMatchObject({ error: refusal });
});

it.each([
  ['CANCELLED', { cancelled: true }],
  ['DEADLINE_EXCEEDED', { deadline: Date.now() - 1 }],
  ['DEADLINE_EXCEEDED', { deadline: new Date(0) }],
] as [keyof typeof status, Given][])('does not run a call that is %s', async (name, given) => {
  const { handler, calls } = counted(() => Promise.resolve({}));
  const { error } = await run(unaryMethod(handler), given);
  expect(error?.code).toBe(status[name]);
  expect(error?.metadata?.get('grpc-status-details-bin')).toHaveLength(1);
  expect(calls()).toBe(0);
});

it('runs a call whose deadline is to come', async () => {
  const { handler, calls } = counted(() => Promise.resolve({}));
  await run(unaryMethod(handler), { deadline: Date.now() + 60_000 });
  expect(calls()).toBe(1);
});

describe('a call that can be undone', () => {
  /** Runs a call whose client goes, if it goes, while the handler runs. */
  async function undone(goes: boolean, undo: () => void): Promise<unknown> {
    const call = callOf({});
    const handler: RpcHandler = () => {
      const response = {};
      ifUndelivered(response, undo);
      call.cancelled = goes;
      return Promise.resolve(response);
    };
    return new Promise((resolve) => {
      unaryMethod(handler)(call, (error, value) => resolve(error ?? value));
    });
  }

  it('is, once, if its client has gone', async () => {
    let times = 0;
    await undone(true, () => {
      times++;
    });
    expect(times).toBe(1);
  });

  it('is not if its client is there', async () => {
    let times = 0;
    await undone(false, () => {
      times++;
    });
    expect(times).toBe(0);
  });

  it('ends even if that fails', async () => {
    const fail = (): never => {
      throw new Error('no engine');
    };
    await expect(undone(true, fail)).resolves.toEqual({});
  });
});

describe('a logged call', () => {
  function logOf(given: Given, result: () => Promise<unknown>): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const sink = { write: (line: string) => resolve(JSON.parse(line) as Record<string, unknown>) };
      const logged = loggedMethod(unaryMethod(counted(result).handler), pino({ level: 'debug' }, sink));
      logged(callOf(given), () => undefined);
    });
  }

  it('is told with its mailbox, its peer and how it ended', async () => {
    const line = await logOf({ request: { mailboxId: 42, data: 'secret' } }, () => Promise.resolve({}));
    expect(line).toMatchObject({
      msg: 'call',
      rpc: '/slmbx.v1.MailboxService/SendMessage',
      peer: '127.0.0.1:1',
      mailboxId: 42,
      status: 'OK',
    });
    expect(line['durationMs']).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  it('is told without a mailbox where there is none, and without an address over a Unix socket', async () => {
    const line = await logOf({ peer: 'unknown' }, () => Promise.reject(Object.assign(new Error(), { code: 9 })));
    expect(line).toMatchObject({ peer: 'unix', status: 'FAILED_PRECONDITION' });
    expect(line).not.toHaveProperty('mailboxId');
    expect(await logOf({ request: { id: 7 } }, () => Promise.resolve({}))).toMatchObject({ mailboxId: 7 });
    const update = { mailbox: { id: 8 }, updateMask: undefined };
    expect(await logOf({ request: update }, () => Promise.resolve({}))).toMatchObject({ mailboxId: 8 });
  });
});
