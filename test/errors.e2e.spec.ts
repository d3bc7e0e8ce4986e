import type { Settlement } from '../src/generated/slmbx/v1/mailbox';
import { Api, behindTheService, told } from './support/api';
import { type Engine, SCALE, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { itAsNobody, itAsRoot, NOBODY } from './support/uids';

let engine: Engine;
let service: Service;
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.unix);
});

afterAll(() => stopAll(api, service, engine));

const SECONDS = { seconds: 60n, nanos: 0 };
const FORGED: Settlement = { leaseToken: Buffer.alloc(16, 1), action: { $case: 'acknowledge', value: {} } };

/** Calls that name a mailbox, each with its request's field for it and the engine's call. */
const MAILBOX_CALLS: [name: string, field: string, syscall: string, call: (id: number) => Promise<unknown>][] = [
  ['CreateMailbox', 'id', 'slmbx_create', (id) => api.create(id)],
  ['GetMailbox', 'id', 'slmbx_stat', (id) => api.get(id)],
  ['DeleteMailbox', 'id', 'slmbx_destroy', (id) => api.delete(id)],
  ['SendMessage', 'mailbox_id', 'slmbx_send', (id) => api.send(id, 'x')],
  ['ReceiveMessage', 'mailbox_id', 'slmbx_recv', (id) => api.receive(id)],
  ['SendMessages', 'mailbox_id', 'slmbx_sendv', (id) => api.sendAll(id, ['x', 'y'])],
  ['ReceiveMessages', 'mailbox_id', 'slmbx_recvv', (id) => api.receiveAll(id)],
  ['ReceiveMessages with a lease', 'mailbox_id', 'slmbx_recvv', (id) => api.receiveAll(id, { lease: SECONDS })],
  ['PeekMessages', 'mailbox_id', 'slmbx_recvv', (id) => api.peek(id)],
  ['SettleMessages', 'mailbox_id', 'slmbx_settle', (id) => api.settle(id, [FORGED])],
  ['PurgeMailbox', 'id', 'slmbx_purge', (id) => api.purge(id)],
];
const EXISTING_CALLS = MAILBOX_CALLS.filter(([name]) => name !== 'CreateMailbox');

describe('before Initialize', () => {
  it.each(MAILBOX_CALLS)('%s is FAILED_PRECONDITION', async (_name, _field, syscall, call) => {
    expect(await told(call(42))).toEqual({
      code: 'FAILED_PRECONDITION',
      message: "The mailbox system isn't initialized: call slmbx.v1.SystemService/Initialize first.",
      reason: 'NOT_INITIALIZED',
      domain: 'slmbx',
      metadata: { errno: 'ENODEV', syscall, mailbox_id: '42' },
    });
  });

  it('Shutdown is FAILED_PRECONDITION, and names no mailbox', async () => {
    expect(await told(api.shutdown())).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'NOT_INITIALIZED',
      metadata: { errno: 'ENODEV', syscall: 'slmbx_shutdown' },
    });
  });

  it.each([
    ['max_pointers', 0, 4, 'must be a whole number from 1 to 4294967295'],
    ['inverse_probability', 16, 0, 'must be one of 2, 4, 8, 16'],
    ['inverse_probability', 16, 3, 'must be one of 2, 4, 8, 16'],
    ['inverse_probability', 16, 32, 'must be one of 2, 4, 8, 16'],
  ])('Initialize refuses a bad %s', async (field, maxPointers, inverseProbability, description) => {
    expect(await told(api.initialize(maxPointers, inverseProbability))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: `The request isn't valid: ${field} ${description}.`,
      reason: 'VALIDATION_FAILED',
      domain: 'slmbx',
      metadata: {},
      violations: [{ field, description }],
    });
    expect(await api.getSystem()).toMatchObject({ initialized: false });
  });

  it('Initialize names every field that is bad', async () => {
    const { violations } = await told(api.initialize(0, 5));
    expect(violations?.map(({ field }) => field)).toEqual(['max_pointers', 'inverse_probability']);
  });
});

describe('after Initialize', () => {
  beforeEach(() => api.initialize());
  afterEach(() => api.shutdown());

  it('a second Initialize is ALREADY_EXISTS and changes nothing', async () => {
    await api.create(42);
    expect(await told(api.initialize(8, 2))).toEqual({
      code: 'ALREADY_EXISTS',
      message: 'The mailbox system is initialized already.',
      reason: 'ALREADY_EXISTS',
      domain: 'slmbx',
      metadata: { errno: 'EEXIST', syscall: 'slmbx_init' },
    });
    expect((await api.get(42)).id).toBe(42);
  });

  it('a second CreateMailbox is ALREADY_EXISTS and leaves the first', async () => {
    await api.create(42, true);
    await api.send(42, 'kept');
    expect(await told(api.create(42, false))).toEqual({
      code: 'ALREADY_EXISTS',
      message: 'There is a mailbox 42 already.',
      reason: 'ALREADY_EXISTS',
      domain: 'slmbx',
      metadata: { errno: 'EEXIST', syscall: 'slmbx_create', mailbox_id: '42' },
    });
    expect(await api.get(42)).toMatchObject({ protected: true, messageCount: 1n });
    expect(await api.drain(42)).toEqual(['kept']);
  });

  it.each(EXISTING_CALLS)('%s on a mailbox that is not there is NOT_FOUND', async (_name, _field, syscall, call) => {
    await api.create(43);
    expect(await told(call(42))).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no mailbox 42.',
      reason: 'MAILBOX_NOT_FOUND',
      domain: 'slmbx',
      metadata: { errno: 'ENOENT', syscall, mailbox_id: '42' },
    });
    expect(await told(api.get(42))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await api.get(43)).messageCount).toBe(0n);
  });

  describe.each([0, 4294967295])('id %p', (id) => {
    it.each(MAILBOX_CALLS)('%s is INVALID_ARGUMENT', async (_name, field, _syscall, call) => {
      const description = 'must be a whole number from 1 to 4294967294';
      expect(await told(call(id))).toEqual({
        code: 'INVALID_ARGUMENT',
        message: `The request isn't valid: ${field} ${description}.`,
        reason: 'VALIDATION_FAILED',
        domain: 'slmbx',
        metadata: {},
        violations: [{ field, description }],
      });
    });
  });

  it('max_bytes over the limit is INVALID_ARGUMENT and takes no message', async () => {
    await api.create(42);
    await api.send(42, 'kept');
    for (const maxBytes of [SCALE.maxMessage + 1, 4294967295]) {
      expect(await told(api.receive(42, maxBytes))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION_FAILED',
        violations: [{ field: 'max_bytes', description: `must be a whole number from 0 to ${SCALE.maxMessage}` }],
      });
    }
    expect(await api.drain(42)).toEqual(['kept']);
  });

  itAsRoot("another uid's protected mailbox is PERMISSION_DENIED to every call", async () => {
    await behindTheService(
      engine,
      `slmbx.create(42, true, { uid: ${NOBODY} }); slmbx.send(42, Buffer.from('theirs'), { uid: ${NOBODY} })`,
    );
    for (const [, , syscall, call] of EXISTING_CALLS) {
      expect(await told(call(42))).toEqual({
        code: 'PERMISSION_DENIED',
        message: 'Mailbox 42 is protected and belongs to another uid.',
        reason: 'NOT_PERMITTED',
        domain: 'slmbx',
        metadata: { errno: 'EPERM', syscall, mailbox_id: '42' },
      });
    }
    expect(await told(api.create(42))).toMatchObject({ code: 'ALREADY_EXISTS' });
    await behindTheService(
      engine,
      `if (slmbx.recv(42, { uid: ${NOBODY} }).toString() !== 'theirs') throw new Error('changed')`,
    );
  });

  itAsNobody('a service that runs as an ordinary user may not initialize or shut down', async () => {
    const theirs = await startService({ engine, uid: NOBODY });
    const other = new Api(theirs.tcp);
    try {
      await api.create(42);
      for (const [call, syscall] of [
        [other.shutdown(), 'slmbx_shutdown'],
        [other.initialize(), 'slmbx_init'],
      ] as const) {
        expect(await told(call)).toEqual({
          code: 'PERMISSION_DENIED',
          message: 'Only root, or the uid the engine runs as, may initialize the mailbox system or shut it down.',
          reason: 'NOT_PERMITTED',
          domain: 'slmbx',
          metadata: { errno: 'EPERM', syscall },
        });
      }
      expect((await api.get(42)).id).toBe(42);
      await other.create(7, true);
      expect((await api.getSystem()).initialized).toBe(true);
      expect((await other.get(7)).ownerUid).toBe(NOBODY);
      expect(await told(api.get(7))).toMatchObject({ reason: 'NOT_PERMITTED' });
    } finally {
      other.close();
      await theirs.stop();
    }
  });
});
