import { toDelay, toMilliseconds, toTime } from './durations';
import { LeasedMessage, LeaseExpiredError, toWireSettlement, type Settlement } from './leases';
import { toWireMessages } from './messages';
import { toUpdateRequest } from './update';
import { checkBatch, checkUint64, MessageTooLargeError } from './validate';

describe('a time', () => {
  it.each([
    [0.000001, 0n, 1],
    [1, 0n, 1_000_000],
    [999.9999999, 0n, 999_999_999],
    [1000, 1n, 0],
    [1500.5, 1n, 500_500_000],
    [3_155_760_000_000, 3_155_760_000n, 0],
  ])('of %p ms', (milliseconds, seconds, nanos) => {
    expect(toTime('leaseMs', milliseconds)).toEqual({ seconds, nanos });
    expect(toMilliseconds({ seconds, nanos })).toBeCloseTo(milliseconds, 5);
  });

  it.each([0, -1, NaN, Infinity, 0.0000001, 3_155_760_000_001])('may not be %p ms', (milliseconds) => {
    expect(() => toTime('leaseMs', milliseconds)).toThrow(RangeError);
  });

  it.each(['1', 1n, null, {}])('may not be %p', (value) => {
    expect(() => toTime('leaseMs', value)).toThrow(TypeError);
    expect(() => toDelay('delayMs', value)).toThrow(TypeError);
  });

  it('may be none where it is a delay', () => {
    expect(toDelay('delayMs', 0)).toEqual({ seconds: 0n, nanos: 0 });
    expect(() => toDelay('delayMs', -1)).toThrow(RangeError);
  });
});

describe('messages', () => {
  it('are strings, bytes, or either with times', () => {
    expect(toWireMessages(['a', new Uint8Array([1]), { data: 'b', delayMs: 0, timeToLiveMs: 1 }], 10)).toEqual([
      { data: Buffer.from('a') },
      { data: Buffer.from([1]) },
      { data: Buffer.from('b'), delay: { seconds: 0n, nanos: 0 }, timeToLive: { seconds: 0n, nanos: 1_000_000 } },
    ]);
  });

  it('may have as many bytes together as one', () => {
    expect(toWireMessages(['abc', 'de'], 5)).toHaveLength(2);
    expect(() => toWireMessages(['abc', 'def'], 5)).toThrow(MessageTooLargeError);
    expect(() => toWireMessages(['abcdef'], 5)).toThrow(MessageTooLargeError);
  });

  it.each([0, 1025])('may not be %p', (length) => {
    expect(() => checkBatch('the messages', new Array(length).fill(''))).toThrow(RangeError);
  });

  it.each(['ab', undefined, {}])('may not be %p either', (value) => {
    expect(() => checkBatch('the messages', value)).toThrow(TypeError);
  });
});

describe('an update', () => {
  it('names what it sets and nothing else', () => {
    const { mailbox, updateMask } = toUpdateRequest(42, { maxMessages: 5, protected: false });
    expect(mailbox).toMatchObject({ id: 42, maxMessages: 5n, protected: false });
    expect(updateMask.sort()).toEqual(['max_messages', 'protected']);
  });

  it('has to set something', () => {
    expect(() => toUpdateRequest(42, {})).toThrow(TypeError);
    expect(() => toUpdateRequest(42, { maxBytes: undefined })).toThrow(TypeError);
  });

  it.each([
    { maxMessages: -1 },
    { maxBytes: 1.5 },
    { maxBytes: 2n ** 64n },
    { maxDeliveries: 65_536 },
    { deadLetterMailboxId: 4_294_967_295 },
    { ownerUid: 4_294_967_295 },
  ])('may not be %p', (update) => {
    expect(() => toUpdateRequest(42, update)).toThrow(RangeError);
  });

  it('takes all 64 bits of a limit', () => {
    expect(toUpdateRequest(42, { maxBytes: 2n ** 64n - 1n }).mailbox.maxBytes).toBe(2n ** 64n - 1n);
    expect(() => checkUint64('maxBytes', '1')).toThrow(TypeError);
  });
});

describe('a lease', () => {
  const leaseToken = Buffer.alloc(16, 1);
  const received = { data: Buffer.from('a'), sequence: 7n, deliveryCount: 1, ageMs: 2, deadLetter: undefined };

  it('is settled by its token', async () => {
    const asked: Settlement[] = [];
    const message = new LeasedMessage(received, leaseToken, (settlements) => {
      asked.push(...settlements);
      return Promise.resolve(['settled']);
    });
    expect(message).toMatchObject(received);
    await message.extend(50);
    await message.release();
    await message.release(5);
    await message.ack();
    expect(asked).toEqual([
      { leaseToken, action: 'extend', leaseMs: 50 },
      { leaseToken, action: 'release', delayMs: 0 },
      { leaseToken, action: 'release', delayMs: 5 },
      { leaseToken, action: 'acknowledge' },
    ]);
  });

  it.each(['expired', 'refused'] as const)('that is %s rejects', async (outcome) => {
    const message = new LeasedMessage(received, leaseToken, () => Promise.resolve([outcome]));
    await expect(message.ack()).rejects.toThrow(LeaseExpiredError);
    await expect(message.ack()).rejects.toMatchObject({ sequence: 7n });
  });

  it.each([0, 15, 17])('has no token of %p bytes', (length) => {
    expect(() => toWireSettlement({ leaseToken: Buffer.alloc(length), action: 'acknowledge' })).toThrow(RangeError);
  });

  it('has none of another type, and no other action', () => {
    expect(() => toWireSettlement({ leaseToken: 'x', action: 'acknowledge' } as unknown as Settlement)).toThrow(
      TypeError,
    );
    expect(() => toWireSettlement({ leaseToken, action: 'keep' } as unknown as Settlement)).toThrow(TypeError);
  });
});
