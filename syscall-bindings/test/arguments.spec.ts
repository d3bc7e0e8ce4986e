import { types } from 'node:util';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { PLAIN, someTime } from './support/expect';

/* Each call with each argument replaced by each bad value: what is thrown, and that nothing changed. */

type Call = (...args: unknown[]) => unknown;
interface Bad {
  label: string;
  value: unknown;
}

const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
const RANGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
const VALUE = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' };

const ID = 42;
const call = Object.fromEntries(Object.entries(slmbx)) as Record<string, Call>;

function bad(...values: unknown[]): Bad[] {
  return values.map((value) => ({
    label:
      typeof value === 'symbol'
        ? 'a symbol'
        : `${typeof value} ${Object.prototype.toString.call(value)} ${show(value)}`,
    value,
  }));
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'f';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).join();
}

const notNumbers = bad(null, 'x', '42', '', 42n, true, {}, [], [42], new Number(42), Symbol('id'), () => 42, {
  valueOf: () => ID,
});
const notUint32 = bad(-1, 1.5, 4294967296, 2 ** 53, 1e300, NaN, Infinity, -Infinity, -0.5, Number.MIN_VALUE);
const notBytes = bad(
  undefined,
  null,
  'hello',
  5,
  5n,
  {},
  [1, 2],
  new ArrayBuffer(8),
  new SharedArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  new Uint16Array(4),
  new Int8Array(4),
  new Uint8ClampedArray(4),
  { length: 3, byteLength: 3, buffer: new ArrayBuffer(3) },
  Object.create(Uint8Array.prototype),
);
const notBigints = bad(null, 'x', '1', 1, 0, true, {}, [], [1n], Object(1n), Symbol('time'), () => 1n);
const notUint64 = bad(-1n, -(2n ** 63n), 2n ** 64n, 2n ** 128n);
const notBooleans = bad(null, 0, 1, 'true', {}, [], 1n, Symbol('protected'));
const notObjects = bad(5, 'uid', true, 1n, [], [0], Symbol('options'), () => ({}));
const notUids = [...bad(null, '0', 0n, {}, true).map((b) => ({ ...b, error: TYPE })), ...notUint32.map(outOfRange)];

function outOfRange(one: Bad): Bad & { error: typeof RANGE } {
  return { ...one, error: RANGE };
}

/** A good call, and the place of each argument in it. */
interface Good {
  name: string;
  args: unknown[];
  numbers: Record<string, number>;
  bytes?: [string, number];
  booleans?: Record<string, number>;
}

const bytes = (): Buffer => Buffer.alloc(16, 0x5a);
const good: Good[] = [
  { name: 'init', args: [8, 2], numbers: { ptrs: 0, prob: 1 } },
  { name: 'shutdown', args: [], numbers: {} },
  { name: 'create', args: [43, false], numbers: { id: 0 }, booleans: { isProtected: 1 } },
  { name: 'destroy', args: [ID], numbers: { id: 0 } },
  { name: 'count', args: [ID], numbers: { id: 0 } },
  { name: 'send', args: [ID, bytes()], numbers: { id: 0 }, bytes: ['message', 1] },
  { name: 'recv', args: [ID], numbers: { id: 0 } },
  { name: 'recvInto', args: [ID, bytes()], numbers: { id: 0 }, bytes: ['target', 1] },
  { name: 'length', args: [ID], numbers: { id: 0 } },
  { name: 'sendBatch', args: [ID, [{ data: bytes() }]], numbers: { id: 0 } },
  { name: 'recvBatch', args: [ID], numbers: { id: 0 } },
  { name: 'settle', args: [ID, [{ sequence: 1n, token: 1n, action: 'acknowledge' }]], numbers: { id: 0 } },
  { name: 'stat', args: [ID], numbers: { id: 0 } },
  { name: 'list', args: [], numbers: {} },
  { name: 'setAttributes', args: [ID, { maxMessages: 1n }], numbers: { id: 0 } },
  { name: 'purge', args: [ID], numbers: { id: 0 } },
];

function thrownBy(name: string, args: unknown[]): unknown {
  try {
    call[name]!(...args);
  } catch (error) {
    return error;
  }
  return undefined;
}

function expectThrown(name: string, args: unknown[], error: object, argument: string): void {
  const thrown = thrownBy(name, args);
  expect(types.isNativeError(thrown)).toBe(true);
  expect(thrown).toMatchObject({ ...error, message: expect.stringContaining(argument) as string });
}

function replaced(args: unknown[], place: number, value: unknown): unknown[] {
  return Object.assign([...args], { [place]: value });
}

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
  slmbx.init(8, 2);
  slmbx.create(ID);
  slmbx.send(ID, Buffer.from('first'));
  slmbx.send(ID, Buffer.from('second'));
});

afterAll(() => daemon.stop());

afterEach(() => {
  expect(slmbx.stat(ID)).toEqual({
    count: 2n,
    bytes: 11n,
    owner: process.getuid!(),
    isProtected: false,
    headLength: 5,
    oldestAge: someTime,
    sent: 2n,
    ...PLAIN,
  });
  expect(thrownBy('count', [43])).toMatchObject({ code: 'ENOENT' });
});

describe.each(good)('$name', ({ name, args, numbers, bytes: bytesArgument, booleans }) => {
  for (const [argument, place] of Object.entries(numbers)) {
    it.each([...bad(undefined), ...notNumbers])(`refuses as ${argument}: $label`, ({ value }) => {
      expectThrown(name, replaced(args, place, value), TYPE, `"${argument}"`);
    });
    it.each(notUint32)(`refuses as ${argument} out of range: $label`, ({ value }) => {
      expectThrown(name, replaced(args, place, value), RANGE, `"${argument}"`);
    });
  }

  if (bytesArgument !== undefined) {
    const [argument, place] = bytesArgument;
    it.each(notBytes)(`refuses as ${argument}: $label`, ({ value }) => {
      expectThrown(name, replaced(args, place, value), TYPE, `"${argument}"`);
    });
    it(`refuses as ${argument} a view whose memory was transferred away`, () => {
      const view = new Uint8Array(16);
      structuredClone(view.buffer, { transfer: [view.buffer] });
      expect(view.byteLength).toBe(0);
      expectThrown(name, replaced(args, place, view), VALUE, `"${argument}"`);
    });
    it(`refuses as ${argument} a view whose memory shrank from under it`, () => {
      const { buffer, resize } = resizable(32, 64);
      const view = new Uint8Array(buffer, 16, 16);
      resize(8);
      expectThrown(name, replaced(args, place, view), VALUE, `"${argument}"`);
    });
    it(`refuses as ${argument} a view that an option's getter takes away`, () => {
      const view = new Uint8Array(16);
      const options = {
        get uid(): undefined {
          structuredClone(view.buffer, { transfer: [view.buffer] });
          return undefined;
        },
      };
      expectThrown(name, [...replaced(args, place, view), options], VALUE, `"${argument}"`);
    });
  }

  for (const [argument, place] of Object.entries(booleans ?? {})) {
    it.each(notBooleans)(`refuses as ${argument}: $label`, ({ value }) => {
      expectThrown(name, replaced(args, place, value), TYPE, `"${argument}"`);
    });
  }

  it.each(notObjects)('refuses as options: $label', ({ value }) => {
    expectThrown(name, [...args, value], TYPE, '"options"');
  });
  it.each(notUids)('refuses as options.uid: $label', ({ value, error }) => {
    expectThrown(name, [...args, { uid: value }], error, '"options.uid"');
  });
  it('refuses as options.uid what stands for nobody', () => {
    expectThrown(name, [...args, { uid: 4294967295 }], RANGE, '"options.uid"');
  });
  it('refuses an option it does not know', () => {
    expectThrown(name, [...args, { Uid: 0 }], VALUE, '"options.Uid"');
  });
  it('lets an exception of a getter through', () => {
    const options = {
      get uid(): never {
        throw new Error('from the getter');
      },
    };
    expectThrown(name, [...args, options], { name: 'Error' }, 'from the getter');
  });
});

interface Kind {
  types: Bad[];
  ranges: Bad[];
}

const UINT32: Kind = { types: notNumbers, ranges: notUint32 };
const UINT64: Kind = { types: notBigints, ranges: notUint64 };
const TIME: Kind = { types: notBigints, ranges: [...notUint64, ...bad(0n)] };
const BOOLEAN: Kind = { types: notBooleans, ranges: [] };

function counts(max: number): Kind {
  return { types: notNumbers, ranges: [...notUint32, ...bad(0, max + 1)] };
}

/** `kind`, where what is missing is missed. */
function required({ types: others, ranges }: Kind): Kind {
  return { types: [...others, ...bad(undefined)], ranges };
}

const outgoing = (more: object): unknown[] => [ID, [{ data: bytes() }, { data: bytes(), ...more }]];
const item = { sequence: 1n, token: 1n, action: 'acknowledge' };
const items = (more: object): unknown[] => [ID, [item, { ...item, ...more }]];

const within: { name: string; path: string; kind: Kind; args: (value: unknown) => unknown[] }[] = [
  {
    name: 'sendBatch',
    path: 'messages[1].data',
    kind: { types: notBytes, ranges: [] },
    args: (data) => outgoing({ data }),
  },
  { name: 'sendBatch', path: 'messages[1].delay', kind: UINT64, args: (delay) => outgoing({ delay }) },
  { name: 'sendBatch', path: 'messages[1].timeToLive', kind: TIME, args: (timeToLive) => outgoing({ timeToLive }) },
  { name: 'recvBatch', path: 'options.maxMessages', kind: counts(1024), args: (maxMessages) => [ID, { maxMessages }] },
  { name: 'recvBatch', path: 'options.maxBytes', kind: UINT32, args: (maxBytes) => [ID, { maxBytes }] },
  { name: 'recvBatch', path: 'options.lease', kind: TIME, args: (lease) => [ID, { lease }] },
  { name: 'recvBatch', path: 'options.peek', kind: BOOLEAN, args: (peek) => [ID, { peek }] },
  { name: 'settle', path: 'items[1].sequence', kind: required(UINT64), args: (sequence) => items({ sequence }) },
  { name: 'settle', path: 'items[1].token', kind: required(UINT64), args: (token) => items({ token }) },
  { name: 'settle', path: 'items[1].time', kind: UINT64, args: (time) => items({ time }) },
  { name: 'list', path: 'options.after', kind: UINT32, args: (after) => [{ after }] },
  { name: 'list', path: 'options.limit', kind: counts(65536), args: (limit) => [{ limit }] },
  ...['maxMessages', 'maxBytes'].map((key) => attribute(key, UINT64)),
  attribute('maxDeliveries', { types: notNumbers, ranges: [...notUint32, ...bad(65536)] }),
  attribute('deadLetterId', UINT32),
  attribute('owner', { types: notNumbers, ranges: [...notUint32, ...bad(4294967295)] }),
  attribute('isProtected', BOOLEAN),
];

function attribute(key: string, kind: Kind): (typeof within)[number] {
  return {
    name: 'setAttributes',
    path: `attributes.${key}`,
    kind,
    args: (value) => [ID, { maxMessages: 1n, [key]: value }],
  };
}

describe.each(within)('$name, $path', ({ name, path, kind, args }) => {
  it.each(kind.types)('refuses $label', ({ value }) => {
    expectThrown(name, args(value), TYPE, `"${path}"`);
  });
  if (kind.ranges.length > 0) {
    it.each(kind.ranges)('refuses as out of range $label', ({ value }) => {
      expectThrown(name, args(value), RANGE, `"${path}`);
    });
  }
});

describe.each([
  { name: 'sendBatch', argument: 'messages', one: { data: bytes() } },
  { name: 'settle', argument: 'items', one: item },
])('$name, $argument', ({ name, argument, one }) => {
  it.each(bad(undefined, null, 'x', 5, one, { length: 1, 0: one }, new Uint8Array(1), new Set([one])))(
    'refuses $label',
    ({ value }) => {
      expectThrown(name, [ID, value], TYPE, `"${argument}"`);
    },
  );
  it.each(bad(null, undefined, 5, 'x', 1n, () => one))('refuses within it $label', ({ value }) => {
    expectThrown(name, [ID, [one, value]], TYPE, `"${argument}[1]"`);
  });
  it('refuses a hole', () => {
    expectThrown(name, [ID, Object.assign(new Array<unknown>(2), [one])], TYPE, `"${argument}[1]"`);
  });
  it.each([0, 1025, 2 ** 32 - 1])('refuses %d of them', (length) => {
    const many: unknown[] = [one];
    many.length = length;
    expectThrown(name, [ID, many], RANGE, `"${argument}.length"`);
  });
  it('refuses an array that lies about its length', () => {
    const liar = (length: unknown): unknown =>
      new Proxy([one], { get: (target, key): unknown => (key === 'length' ? length : Reflect.get(target, key)) });
    expectThrown(name, [ID, liar('1')], TYPE, `"${argument}.length"`);
    expectThrown(name, [ID, liar(1e9)], RANGE, `"${argument}.length"`);
    expectThrown(name, [ID, liar(2)], TYPE, `"${argument}[1]"`);
  });
  it('lets an exception of a getter within it through', () => {
    const thrower = Object.defineProperty({ ...one }, Object.keys(one)[0]!, {
      get: () => {
        throw new Error('from the getter');
      },
    });
    expectThrown(name, [ID, [one, thrower]], { name: 'Error' }, 'from the getter');
  });
});

describe('sendBatch', () => {
  it('refuses memory that a later getter takes away', () => {
    const data = new Uint8Array(8);
    const thief = {
      data: bytes(),
      get timeToLive(): undefined {
        structuredClone(data.buffer, { transfer: [data.buffer] });
        return undefined;
      },
    };
    expectThrown('sendBatch', [ID, [{ data }, thief]], VALUE, '"messages[0].data"');
  });
  it('refuses a message longer than any may be', () => {
    expectThrown('sendBatch', [ID, [{ data: new Uint8Array(2 ** 32) }]], RANGE, '"message.byteLength"');
  });
});

describe('settle', () => {
  it.each(bad(undefined, null, 1, true, {}, ['acknowledge']))('refuses as an action: $label', ({ value }) => {
    expectThrown('settle', items({ action: value }), TYPE, '"items[1].action"');
  });
  it.each(['', 'ACK', 'toString', '__proto__'])('refuses as an action: %j', (action) => {
    expectThrown('settle', items({ action }), VALUE, '"items[1].action"');
  });
});

describe('setAttributes', () => {
  it.each(bad(undefined, null, 5, 'x', [], () => ({})))('refuses as attributes: $label', ({ value }) => {
    expectThrown('setAttributes', [ID, value], TYPE, '"attributes"');
  });
  it('refuses an attribute it does not know', () => {
    expectThrown('setAttributes', [ID, { maxMessages: 1n, maxmessages: 1n }], VALUE, '"attributes.maxmessages"');
  });
});

describe('recv', () => {
  it.each(notNumbers)('refuses as options.maxLength: $label', ({ value }) => {
    expectThrown('recv', [ID, { maxLength: value }], TYPE, '"options.maxLength"');
  });
  it.each(notUint32)('refuses as options.maxLength out of range: $label', ({ value }) => {
    expectThrown('recv', [ID, { maxLength: value }], RANGE, '"options.maxLength"');
  });
});

it('refuses maxLength where nothing is received', () => {
  expectThrown('send', [ID, bytes(), { maxLength: 1 }], VALUE, '"options.maxLength"');
});

it('refuses a message longer than any may be', () => {
  // Address space alone: not one page of it is touched.
  const view = new Uint8Array(2 ** 32);
  expectThrown('send', [ID, view], RANGE, '"message.byteLength"');
});

it('quotes what it got, and no more than a line of it', () => {
  expect(thrownBy('count', ['x'.repeat(10_000)])).toMatchObject({
    message: expect.stringMatching(
      /^The "id" argument must be of type number\. Received type string \('x{32}'/,
    ) as string,
  });
  const { message } = thrownBy('count', ['x'.repeat(10_000)]) as Error;
  expect(message.length).toBeLessThan(200);
  expect(thrownBy('count', [-1])).toMatchObject({
    message: 'The value of "id" is out of range. It must be >= 0 && <= 4294967295. Received -1',
  });
  expect(thrownBy('count', [1.5])).toMatchObject({
    message: 'The value of "id" is out of range. It must be an integer. Received 1.5',
  });
});

/** TypeScript's library for es2023 lacks what Node 20 has. */
function resizable(length: number, maxByteLength: number): { buffer: ArrayBuffer; resize(length: number): void } {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & {
    resize(length: number): void;
  };
  const buffer = new Resizable(length, { maxByteLength });
  return { buffer, resize: (to) => buffer.resize(to) };
}
