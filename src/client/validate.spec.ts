import {
  checkBoolean,
  checkInverseProbability,
  checkMailboxId,
  checkMilliseconds,
  checkSignal,
  MessageTooLargeError,
  toMessageBytes,
} from './validate';

describe('a mailbox id', () => {
  it.each([1, 42, 4294967294])('may be %p', (id) => {
    expect(() => checkMailboxId(id)).not.toThrow();
  });

  it.each([0, -0, -1, 1.5, NaN, Infinity, -Infinity, 4294967295, 4294967296, 2 ** 53])('may not be %p', (id) => {
    expect(() => checkMailboxId(id)).toThrow(RangeError);
    expect(() => checkMailboxId(id)).toThrow(`the mailbox id must be a whole number from 1 to 4294967294, not ${id}`);
  });

  it.each([
    ['x', '"x"'],
    ['42', '"42"'],
    [42n, '42'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'a value of type boolean'],
    [{}, 'a value of type object'],
  ])('may not be %p', (id, told) => {
    expect(() => checkMailboxId(id)).toThrow(new TypeError(`the mailbox id must be a number, not ${told}`));
  });
});

describe('a message', () => {
  it('may be a string, which is UTF-8', () => {
    expect(toMessageBytes('grüße', 100)).toEqual(Buffer.from('6772c3bcc39f65', 'hex'));
    expect(toMessageBytes('', 0)).toHaveLength(0);
  });

  it('may be any Uint8Array, and is not copied', () => {
    const memory = new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4);
    const bytes = toMessageBytes(memory, 100);
    expect([...bytes]).toEqual([1, 2, 3]);
    memory[0] = 9;
    expect([...bytes]).toEqual([9, 2, 3]);
  });

  it.each([[undefined], [null], [42], [[1, 2]], [new ArrayBuffer(4)], [new Uint16Array(2)], [{ length: 2 }]])(
    'may not be %p',
    (data) => {
      expect(() => toMessageBytes(data, 100)).toThrow(TypeError);
    },
  );

  it('may be as long as the limit and no longer, counted in bytes', () => {
    expect(toMessageBytes('üü', 4)).toHaveLength(4);
    const tooLong = new MessageTooLargeError(4, 3);
    expect(() => toMessageBytes('üü', 3)).toThrow(tooLong);
    expect(() => toMessageBytes(new Uint8Array(4), 3)).toThrow(tooLong);
    expect(tooLong).toBeInstanceOf(RangeError);
    expect(tooLong).toMatchObject({ length: 4, maxMessageBytes: 3, name: 'MessageTooLargeError' });
  });
});

describe('the rest', () => {
  it.each([2, 4, 8, 16])('takes %p as inverse probability', (value) => {
    expect(() => checkInverseProbability(value)).not.toThrow();
  });

  it.each([0, 1, 3, 15, 17, 32, 2.5])('refuses %p as inverse probability', (value) => {
    expect(() => checkInverseProbability(value)).toThrow(RangeError);
  });

  it('takes times of more than nothing', () => {
    expect(() => checkMilliseconds('t', 0.5, 10)).not.toThrow();
    expect(() => checkMilliseconds('t', Infinity, Infinity)).not.toThrow();
    for (const bad of [0, -1, NaN, 11, Infinity]) {
      expect(() => checkMilliseconds('t', bad, 10)).toThrow(RangeError);
    }
    expect(() => checkMilliseconds('t', '5', 10)).toThrow(TypeError);
  });

  it('takes no substitute for a boolean or a signal', () => {
    expect(() => checkBoolean('protected', 1)).toThrow(TypeError);
    expect(() => checkSignal({ aborted: false })).toThrow(TypeError);
    expect(() => checkSignal(null)).toThrow(TypeError);
    expect(() => checkSignal(undefined)).not.toThrow();
    expect(() => checkSignal(AbortSignal.timeout(1))).not.toThrow();
  });
});
