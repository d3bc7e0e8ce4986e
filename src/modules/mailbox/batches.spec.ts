import { ValidationError } from '../../errors/rpc.errors';
import type { Settlement } from '../../generated/slmbx/v1/mailbox';
import { toOutgoing, toReceived, toSettleItems } from './batches';
import { encodeLeaseToken } from './lease-token';

const LEASE = { sequence: 7n, token: 8n };
const TOKEN = encodeLeaseToken(LEASE);
const SECOND = { seconds: 1n, nanos: 0 };
const ZERO = { seconds: 0n, nanos: 0 };
const DURATION = 'must be from 0 to 3155760000 seconds, its nanos from 0 to 999999999';
const POSITIVE = 'must be more than 0, 3155760000 seconds at most, its nanos from 0 to 999999999';

function violations(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    if (error instanceof ValidationError) return error.violations;
    throw error;
  }
  return undefined;
}

function settled(action: Settlement['action'], leaseToken = TOKEN): unknown {
  return toSettleItems([{ leaseToken, action }]);
}

it('takes messages as they are', () => {
  const data = Buffer.from('a');
  expect(
    toOutgoing([{ data }, { data, delay: ZERO }, { data, delay: SECOND, timeToLive: { seconds: 0n, nanos: 1 } }]),
  ).toEqual([{ data }, { data, delay: 0n }, { data, delay: 1_000_000_000n, timeToLive: 1n }]);
});

it('names each time of a message that is wrong', () => {
  const data = Buffer.alloc(0);
  expect(
    violations(() =>
      toOutgoing([
        { data },
        { data, delay: { seconds: -1n, nanos: 0 }, timeToLive: ZERO },
        { data, timeToLive: { seconds: 3_155_760_000n, nanos: 1 } },
      ]),
    ),
  ).toEqual([
    { field: 'messages[1].delay', description: DURATION },
    { field: 'messages[1].time_to_live', description: POSITIVE },
    { field: 'messages[2].time_to_live', description: POSITIVE },
  ]);
});

it('names no more violations than a header has room for', () => {
  const wrong = { data: Buffer.alloc(0), timeToLive: ZERO };
  expect(violations(() => toOutgoing(new Array(1024).fill(wrong)))).toHaveLength(16);
});

it('takes every action', () => {
  expect(settled({ $case: 'acknowledge', value: {} })).toEqual([{ ...LEASE, action: 'acknowledge' }]);
  expect(settled({ $case: 'release', value: {} })).toEqual([{ ...LEASE, action: 'release' }]);
  expect(settled({ $case: 'release', value: { delay: ZERO } })).toEqual([{ ...LEASE, action: 'release', time: 0n }]);
  expect(settled({ $case: 'extend', value: { lease: SECOND } })).toEqual([
    { ...LEASE, action: 'extend', time: 1_000_000_000n },
  ]);
});

it.each([
  ['', undefined, 'must have an action: acknowledge, release or extend'],
  ['.release.delay', { $case: 'release', value: { delay: { seconds: 0n, nanos: -1 } } }, DURATION],
  ['.extend.lease', { $case: 'extend', value: { lease: ZERO } }, POSITIVE],
  ['.extend.lease', { $case: 'extend', value: { lease: undefined } }, POSITIVE],
] as [string, Settlement['action'], string][])('refuses settlements[0]%s of %p', (field, action, description) => {
  expect(violations(() => settled(action))).toEqual([{ field: `settlements[0]${field}`, description }]);
});

it.each([0, 15, 17])('refuses a lease token of %p bytes', (length) => {
  expect(violations(() => settled({ $case: 'acknowledge', value: {} }, Buffer.alloc(length)))).toEqual([
    { field: 'settlements[0].lease_token', description: 'must be 16 bytes' },
  ]);
});

it('tells a message, its lease and where it was', () => {
  const data = Buffer.from('a');
  expect(toReceived({ data, sequence: 7n, token: 8n, deliveries: 2, age: 1_500_000_000n })).toEqual({
    data,
    sequence: 7n,
    leaseToken: TOKEN,
    deliveryCount: 2,
    age: { seconds: 1n, nanos: 500_000_000 },
    deadLetter: undefined,
  });
  const deadLetter = { mailboxId: 3, deliveries: 4, age: 5n };
  expect(toReceived({ data, sequence: 1n, token: 0n, deliveries: 0, age: 0n, deadLetter })).toEqual({
    data,
    sequence: 1n,
    leaseToken: Buffer.alloc(0),
    deliveryCount: 0,
    age: ZERO,
    deadLetter: { mailboxId: 3, deliveryCount: 4, age: { seconds: 0n, nanos: 5 } },
  });
});
