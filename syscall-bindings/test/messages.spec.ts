import { createHash, randomFillSync } from 'node:crypto';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { codeOf } from './support/expect';

/* Bytes out and in: sizes, views, truncation, and what lies beyond. */

const KIB = 1024;
const MIB = 1024 * KIB;
const ID = 5;

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => {
  slmbx.init(8, 2);
  slmbx.create(ID);
});
afterEach(() => slmbx.shutdown());

/** Of WebAssembly, whose types are the browsers'. */
const { Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyTypes }).WebAssembly;
interface WebAssemblyTypes {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
}

function randomBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let start = 0; start < length; start += 512 * MIB) randomFillSync(bytes, start);
  return bytes;
}

/** toEqual on large Buffers takes minutes. */
function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

describe.each([0, 1, 8, 9, 4095, 4096, 4097, 64 * KIB, 64 * KIB + 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 64 * MIB])(
  'a message of %d bytes',
  (size) => {
    it('arrives as it was sent', () => {
      const message = randomBytes(size);
      slmbx.send(ID, message);
      expect(slmbx.length(ID)).toBe(size);
      const received = slmbx.recv(ID);
      expect(Buffer.isBuffer(received)).toBe(true);
      expect(received.byteLength).toBe(size);
      expect(digest(received)).toBe(digest(message));
      expect(codeOf(() => slmbx.recv(ID))).toBe('ESRCH');
    });

    it('goes straight into memory, and not beyond', () => {
      const message = randomBytes(size);
      const target = Buffer.alloc(size + 64, 0xa5);
      slmbx.send(ID, message);
      expect(slmbx.recvInto(ID, target)).toBe(size);
      expect(digest(target.subarray(0, size))).toBe(digest(message));
      expect(target.subarray(size)).toEqual(Buffer.alloc(64, 0xa5));
    });

    it('is truncated to what is wanted, and gone all the same', () => {
      const message = randomBytes(size);
      for (const maxLength of [0, size >> 1, Math.max(size - 1, 0), size, size + 1]) {
        slmbx.send(ID, message);
        const received = slmbx.recv(ID, { maxLength });
        expect(received.byteLength).toBe(Math.min(size, maxLength));
        expect(digest(received)).toBe(digest(message.subarray(0, maxLength)));
        expect(slmbx.count(ID)).toBe(0);
      }
    });
  },
);

it('a message of 200 MiB arrives as it was sent', () => {
  const message = randomBytes(200 * MIB);
  slmbx.send(ID, message);
  expect(digest(slmbx.recv(ID))).toBe(digest(message));
});

it('recvInto truncates to its target', () => {
  slmbx.send(ID, Buffer.from('0123456789'));
  slmbx.send(ID, Buffer.from('next'));
  const memory = Buffer.alloc(16, 0x2e);
  expect(slmbx.recvInto(ID, memory.subarray(4, 8))).toBe(4);
  expect(memory.toString()).toBe('....0123........');
  expect(slmbx.recv(ID).toString()).toBe('next');
});

it('recvInto with an empty target removes the message', () => {
  slmbx.send(ID, Buffer.from('gone'));
  expect(slmbx.recvInto(ID, new Uint8Array())).toBe(0);
  expect(slmbx.count(ID)).toBe(0);
});

it('takes views of any kind of memory, and of a part of it', () => {
  const memory = Uint8Array.from({ length: 64 }, (_, i) => i);
  const shared = new Uint8Array(new SharedArrayBuffer(64));
  shared.set(memory);
  const wasm = new Uint8Array(new Memory({ initial: 1 }).buffer);
  wasm.set(memory);
  for (const whole of [memory, shared, wasm]) {
    slmbx.send(ID, whole.subarray(10, 20));
    expect([...slmbx.recv(ID)]).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    slmbx.send(ID, Buffer.from('xyz'));
    expect(slmbx.recvInto(ID, whole.subarray(30, 40))).toBe(3);
    expect([...whole.subarray(29, 34)]).toEqual([29, 120, 121, 122, 33]);
  }
});

it('takes an empty view of memory that is there', () => {
  slmbx.send(ID, new Uint8Array(8).subarray(8));
  expect(slmbx.recv(ID).byteLength).toBe(0);
});

it('copies at send: later changes of the memory are not seen', () => {
  const message = Buffer.from('before');
  slmbx.send(ID, message);
  message.write('after!');
  expect(slmbx.recv(ID).toString()).toBe('before');
});

it.each([10, 2 * MIB])('gives each message of %d bytes memory of its own', (size) => {
  const messages = [1, 2, 3].map((value) => Buffer.alloc(size, value));
  for (const message of messages) slmbx.send(ID, message);
  const received = messages.map(() => slmbx.recv(ID));
  expect(received.map(digest)).toEqual(messages.map(digest));
  received[0]!.fill(9);
  expect(digest(received[1]!)).toBe(digest(messages[1]!));
});

it('gives a long message as memory that can be sliced and cloned', () => {
  const message = randomBytes(2 * MIB);
  slmbx.send(ID, message);
  const received = slmbx.recv(ID);
  const sum = digest(received.subarray(MIB));
  expect(sum).toBe(digest(message.subarray(MIB)));
  const copy = structuredClone(received);
  expect(digest(copy)).toBe(digest(message));
});

it('holds NULs and every byte', () => {
  const message = Uint8Array.from({ length: 512 }, (_, i) => i);
  slmbx.send(ID, message);
  expect([...slmbx.recv(ID)]).toEqual([...message]);
});

it('holds ten thousand messages in order', () => {
  for (let i = 0; i < 10_000; i++) slmbx.send(ID, Buffer.from(String(i)));
  expect(slmbx.count(ID)).toBe(10_000);
  for (let i = 0; i < 10_000; i++) {
    const text = slmbx.recv(ID).toString();
    if (text !== String(i)) throw new Error(`message ${i} is ${text}`);
  }
});
