import { constants } from 'node:os';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';

const FIRST = 21;
const SECOND = 22;
const ABSENT = 23;

/** The code of the TypeError or RangeError that `call` must throw. */
function argumentErrorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && !(error instanceof slmbx.SlmbxError) && 'code' in error) return error.code;
    throw error;
  }
  throw new Error('the call succeeded');
}

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
  slmbx.init(16, 4);
});

afterAll(() => daemon.stop());

beforeEach(() => {
  slmbx.create(FIRST);
  slmbx.create(SECOND);
});

afterEach(() => {
  slmbx.destroy(FIRST);
  slmbx.destroy(SECOND);
});

it.each([0, 1, 2, 64, 65, 1000])('sends %d messages in order', (count) => {
  const messages = Array.from({ length: count }, (_, i) => ({
    id: i % 2 ? FIRST : SECOND,
    data: Buffer.from(`m${i}`),
  }));
  expect(slmbx.sendMany(messages)).toEqual(messages.map(() => undefined));
  for (const { id, data } of messages) expect(slmbx.recv(id)).toEqual(data);
  expect([slmbx.count(FIRST), slmbx.count(SECOND)]).toEqual([0, 0]);
});

it('sends large, empty and shared ones, and views from within', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  const data = [Buffer.alloc(70_000, 'x'), Buffer.alloc(0), shared, new Uint8Array([1, 2, 3, 4]).subarray(1, 3)];
  expect(slmbx.sendMany(data.map((bytes) => ({ id: FIRST, data: bytes })))).toEqual(data.map(() => undefined));
  for (const bytes of data) expect(slmbx.recv(FIRST)).toEqual(Buffer.from(bytes));
});

it('tells for each whether it failed', () => {
  const data = Buffer.from('x');
  const [first, absent, last] = slmbx.sendMany([FIRST, ABSENT, FIRST].map((id) => ({ id, data })));
  expect([first, last]).toEqual([undefined, undefined]);
  expect(absent).toBeInstanceOf(slmbx.SlmbxError);
  expect(absent).toMatchObject({ code: 'ENOENT', errno: -constants.errno.ENOENT, syscall: 'slmbx_send' });
  expect(absent?.message).toBe(`ENOENT: no such mailbox, slmbx_send ${ABSENT}`);
  expect(slmbx.count(FIRST)).toBe(2);
});

it.each<[string, unknown, unknown, string]>([
  ['no array', { length: 1 }, undefined, 'ERR_INVALID_ARG_TYPE'],
  ['nothing', undefined, undefined, 'ERR_INVALID_ARG_TYPE'],
  ['null among them', [{ id: FIRST, data: Buffer.alloc(1) }, null], undefined, 'ERR_INVALID_ARG_TYPE'],
  [
    'a hole',
    Object.assign(new Array<unknown>(2), [{ id: FIRST, data: Buffer.alloc(1) }]),
    undefined,
    'ERR_INVALID_ARG_TYPE',
  ],
  [
    'a string',
    [
      { id: FIRST, data: Buffer.alloc(1) },
      { id: FIRST, data: 'text' },
    ],
    undefined,
    'ERR_INVALID_ARG_TYPE',
  ],
  [
    'an id too large',
    [
      { id: FIRST, data: Buffer.alloc(1) },
      { id: 2 ** 32, data: Buffer.alloc(1) },
    ],
    undefined,
    'ERR_OUT_OF_RANGE',
  ],
  ['a bad option', [{ id: FIRST, data: Buffer.alloc(1) }], { uid: -1 }, 'ERR_OUT_OF_RANGE'],
])('%s throws, and none is sent', (_, messages, options, code) => {
  const call = slmbx.sendMany as (messages: unknown, options: unknown) => unknown;
  expect(argumentErrorOf(() => call(messages, options))).toBe(code);
  expect(slmbx.count(FIRST)).toBe(0);
});

it('is not fooled by memory that a getter takes away', () => {
  const data = new Uint8Array(8).fill(1);
  const thief = {
    id: FIRST,
    get data() {
      structuredClone(data.buffer, { transfer: [data.buffer] });
      return Buffer.from('x');
    },
  };
  expect(argumentErrorOf(() => slmbx.sendMany([{ id: FIRST, data }, thief]))).toBe('ERR_INVALID_ARG_VALUE');
  expect(slmbx.count(FIRST)).toBe(0);
});
