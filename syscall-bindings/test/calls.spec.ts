import { constants } from 'node:os';
import * as slmbx from 'slmbx-bindings';
import { type Daemon } from '../../test/support/daemon';
import { startProcessDaemon } from '../../test/support/process-daemon';
import { PLAIN, codeOf, failure, someTime } from './support/expect';

/* Every call and every errno an engine gives, against a daemon of our own. */

const ABSENT = 4242;
/** Neither root nor anyone who runs this. */
const OTHER = 61234;
const target = Buffer.alloc(8);
const message = Buffer.from('message');

/** The calls that need a mailbox. */
const byId: Record<string, (id: number) => unknown> = {
  slmbx_destroy: (id) => slmbx.destroy(id),
  slmbx_count: (id) => slmbx.count(id),
  slmbx_send: (id) => slmbx.send(id, message),
  slmbx_recv: (id) => slmbx.recv(id),
  slmbx_length: (id) => slmbx.length(id),
  slmbx_sendv: (id) => slmbx.sendBatch(id, [{ data: message }]),
  slmbx_recvv: (id) => slmbx.recvBatch(id),
  slmbx_settle: (id) => slmbx.settle(id, [{ sequence: 1n, token: 1n, action: 'release' }]),
  slmbx_stat: (id) => slmbx.stat(id),
  slmbx_purge: (id) => slmbx.purge(id),
};
const callsById = Object.entries(byId).map(([syscall, call]) => ({ syscall, call }));

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startProcessDaemon({ args: ['--max-bytes-per-uid', '1000000', '--max-mailboxes-per-uid', '50'] });
});

afterAll(() => daemon.stop());

describe('before init', () => {
  it.each([
    ...callsById,
    { syscall: 'slmbx_create', call: (id: number) => slmbx.create(id) },
    { syscall: 'slmbx_shutdown', call: () => slmbx.shutdown() },
    { syscall: 'slmbx_setattr', call: (id: number) => slmbx.setAttributes(id, {}) },
    { syscall: 'slmbx_list', call: () => slmbx.list() },
    { syscall: 'slmbx_recv', call: (id: number) => slmbx.recvInto(id, target) },
  ])('$syscall answers ENODEV', ({ syscall, call }) => {
    const error = failure(() => call(ABSENT));
    expect(error).toMatchObject({ code: 'ENODEV', errno: -constants.errno.ENODEV, syscall });
    expect(error.message).toMatch(/^ENODEV: the mailbox system is not initialised, slmbx_/);
  });

  it.each([
    [0, 2],
    [8, 0],
    [8, 1],
    [8, 3],
    [8, 32],
    [8, 4294967295],
  ])('init(%d, %d) answers EINVAL and leaves it uninitialised', (ptrs, prob) => {
    expect(failure(() => slmbx.init(ptrs, prob))).toMatchObject({
      message: 'EINVAL: ptrs must be at least 1, and prob 2, 4, 8 or 16, slmbx_init',
      errno: -constants.errno.EINVAL,
    });
    expect(codeOf(() => slmbx.count(1))).toBe('ENODEV');
  });

  it.each([
    [1, 2],
    [4294967295, 16],
  ])('init(%d, %d) and shutdown', (ptrs, prob) => {
    slmbx.init(ptrs, prob);
    slmbx.create(1);
    slmbx.shutdown();
    expect(codeOf(() => slmbx.count(1))).toBe('ENODEV');
  });
});

describe('after init', () => {
  beforeEach(() => slmbx.init(8, 4));
  afterEach(() => slmbx.shutdown());

  it('names the engine', () => {
    expect(slmbx.engine()).toBe('daemon');
  });

  it('has every call do its work', () => {
    slmbx.create(1);
    expect(slmbx.count(1)).toBe(0);
    expect(slmbx.stat(1)).toEqual({
      count: 0n,
      bytes: 0n,
      owner: process.getuid!(),
      isProtected: false,
      headLength: undefined,
      oldestAge: undefined,
      sent: 0n,
      ...PLAIN,
    });
    slmbx.send(1, Buffer.from('one'));
    slmbx.send(1, new Uint8Array([2, 0, 2, 0]));
    slmbx.send(1, new Uint8Array());
    expect(slmbx.count(1)).toBe(3);
    expect(slmbx.stat(1)).toMatchObject({ count: 3n, bytes: 7n, headLength: 3 });
    expect(slmbx.length(1)).toBe(3);
    expect(slmbx.recv(1)).toEqual(Buffer.from('one'));
    expect(slmbx.recv(1)).toEqual(Buffer.from([2, 0, 2, 0]));
    expect(slmbx.stat(1)).toMatchObject({ count: 1n, bytes: 0n, headLength: 0 });
    expect(slmbx.recv(1)).toEqual(Buffer.alloc(0));
    slmbx.destroy(1);
    expect(codeOf(() => slmbx.count(1))).toBe('ENOENT');
  });

  it('takes null and undefined for no options', () => {
    const none = null as unknown as undefined;
    slmbx.create(1, undefined, none);
    slmbx.send(1, message, none);
    slmbx.send(1, message, { uid: undefined } as unknown as slmbx.CallOptions);
    expect(slmbx.recv(1, none)).toEqual(message);
    expect(slmbx.recv(1, { maxLength: undefined } as unknown as slmbx.RecvOptions)).toEqual(message);
    expect(slmbx.stat(1).isProtected).toBe(false);
  });

  it('keeps the order of a mailbox, and mailboxes apart', () => {
    slmbx.create(1);
    slmbx.create(4294967294);
    for (let i = 0; i < 100; i++) {
      slmbx.send(1, Buffer.from(`a${i}`));
      slmbx.send(4294967294, Buffer.from(`b${i}`));
    }
    for (let i = 0; i < 100; i++) {
      expect(slmbx.recv(1).toString()).toBe(`a${i}`);
      expect(slmbx.recv(4294967294).toString()).toBe(`b${i}`);
    }
  });

  it('init answers EEXIST and keeps what is there', () => {
    slmbx.create(1);
    expect(failure(() => slmbx.init(8, 4))).toMatchObject({
      message: 'EEXIST: the mailbox system is initialised already, slmbx_init',
      syscall: 'slmbx_init',
    });
    expect(slmbx.count(1)).toBe(0);
  });

  it.each([0, 4294967295])('create(%d) answers EINVAL', (id) => {
    expect(failure(() => slmbx.create(id))).toMatchObject({
      message: `EINVAL: the id of a mailbox must not be 0 or 4294967295, slmbx_create ${id}`,
    });
    expect(codeOf(() => slmbx.count(id))).toBe('ENOENT');
  });

  it('create answers EEXIST and keeps the old mailbox', () => {
    slmbx.create(1);
    slmbx.send(1, message);
    expect(failure(() => slmbx.create(1, true))).toMatchObject({
      message: 'EEXIST: the mailbox exists already, slmbx_create 1',
    });
    expect(slmbx.stat(1)).toMatchObject({ count: 1n, isProtected: false });
  });

  it.each(callsById)('$syscall answers ENOENT without a mailbox', ({ syscall, call }) => {
    for (const id of [ABSENT, 0, 4294967295]) {
      expect(failure(() => call(id))).toMatchObject({
        name: 'SlmbxError',
        message: `ENOENT: no such mailbox, ${syscall} ${id}`,
        code: 'ENOENT',
        errno: -constants.errno.ENOENT,
        syscall,
      });
    }
  });

  it.each(callsById)('$syscall answers EPERM on the mailbox of another', ({ syscall, call }) => {
    slmbx.create(7, true, { uid: OTHER });
    slmbx.send(7, message, { uid: OTHER });
    expect(failure(() => call(7))).toMatchObject({
      message: `EPERM: the mailbox is protected and belongs to another uid, ${syscall} 7`,
      errno: -constants.errno.EPERM,
    });
    expect(slmbx.stat(7, { uid: OTHER })).toEqual({
      count: 1n,
      bytes: 7n,
      owner: OTHER,
      isProtected: true,
      headLength: 7,
      oldestAge: someTime,
      sent: 1n,
      ...PLAIN,
    });
  });

  it('recv, recvInto and length answer ESRCH on an empty mailbox', () => {
    slmbx.create(1);
    target.fill(0xee);
    for (const [syscall, call] of [
      ['slmbx_recv', () => slmbx.recv(1)],
      ['slmbx_recv', () => slmbx.recv(1, { maxLength: 0 })],
      ['slmbx_recv', () => slmbx.recvInto(1, target)],
      ['slmbx_length', () => slmbx.length(1)],
    ] as const) {
      expect(failure(call)).toMatchObject({ message: `ESRCH: the mailbox is empty, ${syscall} 1`, syscall });
    }
    expect(target).toEqual(Buffer.alloc(8, 0xee));
    expect(slmbx.count(1)).toBe(0);
  });

  it('send answers EDQUOT past the quota of bytes and queues nothing', () => {
    slmbx.create(1, false, { uid: OTHER });
    const error = failure(() => slmbx.send(1, Buffer.alloc(1_000_001), { uid: OTHER }));
    expect(error).toMatchObject({
      message: 'EDQUOT: quota of the uid, or limit of the mailbox, exceeded, slmbx_send 1',
      errno: -constants.errno.EDQUOT,
    });
    expect(slmbx.stat(1)).toMatchObject({ count: 0n, bytes: 0n });
    slmbx.send(1, message, { uid: OTHER });
    expect(slmbx.recv(1)).toEqual(message);
  });

  it('create answers EDQUOT past the quota of mailboxes', () => {
    for (let id = 1; id <= 50; id++) slmbx.create(id, false, { uid: OTHER });
    expect(codeOf(() => slmbx.create(51, false, { uid: OTHER }))).toBe('EDQUOT');
    expect(codeOf(() => slmbx.count(51))).toBe('ENOENT');
    slmbx.destroy(1);
    slmbx.create(51, false, { uid: OTHER });
  });
});

describe('SlmbxError', () => {
  it('is shaped like an error of Node', () => {
    const error = failure(() => slmbx.count(1));
    expect(Object.keys(error)).toEqual(['code', 'errno', 'syscall']);
    expect(error).toBeInstanceOf(slmbx.SlmbxError);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('SlmbxError: ENODEV: the mailbox system is not initialised, slmbx_count 1');
    expect(error.stack).toContain(__filename);
  });

  it('can be made by others', () => {
    const error = new slmbx.SlmbxError('EIO: broken, slmbx_send 1', { code: 'EIO', errno: -5, syscall: 'slmbx_send' });
    expect(error).toMatchObject({ name: 'SlmbxError', code: 'EIO', errno: -5, syscall: 'slmbx_send' });
  });
});
