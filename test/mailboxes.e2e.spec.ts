import type { Mailbox } from '../src/generated/slmbx/v1/mailbox';
import { Api, behindTheService, told } from './support/api';
import { type Engine, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';
import { itAsNobody, itAsRoot, NOBODY } from './support/uids';

const BOX = 42;
const ATTRIBUTES = 'protected, owner_uid, max_messages, max_bytes, max_deliveries, dead_letter_mailbox_id';

let engine: Engine;
let service: Service;
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.unix);
});

afterAll(() => stopAll(api, service, engine));

beforeEach(() => api.initialize());
afterEach(() => api.shutdown());

function invalid(field: string, description: string): object {
  return { code: 'INVALID_ARGUMENT', reason: 'VALIDATION_FAILED', violations: [{ field, description }] };
}

describe('ListMailboxes', () => {
  /** Ids of each page. */
  async function pages(
    pageSize: number,
    between: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<number[][]> {
    const ids: number[][] = [];
    let token = '';
    do {
      const page = await api.list(pageSize, token);
      ids.push(page.mailboxes.map(({ id }) => id));
      token = page.nextPageToken;
      await between();
    } while (token !== '');
    return ids;
  }

  it('is empty where there is no mailbox', async () => {
    expect(await api.list()).toEqual({ mailboxes: [], nextPageToken: '' });
  });

  it('lists mailboxes by id as GetMailbox tells them', async () => {
    for (const id of [4294967294, 7, 1, 255, 256]) await api.create(id, id === 7);
    await api.send(7, 'x');
    const { mailboxes, nextPageToken } = await api.list();
    expect(mailboxes.map(({ id }) => id)).toEqual([1, 7, 255, 256, 4294967294]);
    expect(mailboxes[1]).toEqual({ ...(await api.get(7)), oldestMessageAge: expect.anything() as unknown });
    expect(nextPageToken).toBe('');
  });

  it('has pages', async () => {
    for (let id = 1; id <= 7; id++) await api.create(id);
    expect((await pages(3)).flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect((await pages(3))[0]).toEqual([1, 2, 3]);
    expect((await pages(1)).flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await pages(1000)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
    expect(await pages(2147483647)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  });

  it('has 100 on a page unless told otherwise, and 1000 at most', async () => {
    for (let id = 1; id <= 1005; id++) await api.create(id);
    expect((await api.list()).mailboxes).toHaveLength(100);
    for (const size of [1000, 1001]) {
      const page = await api.list(size);
      expect(page.mailboxes).toHaveLength(1000);
      expect((await api.list(size, page.nextPageToken)).mailboxes.map(({ id }) => id)).toEqual([
        1001, 1002, 1003, 1004, 1005,
      ]);
    }
  });

  it('lists once what is there throughout, whatever comes and goes', async () => {
    const lasting = Array.from({ length: 20 }, (_, i) => 10 * (i + 1));
    for (const id of lasting) await api.create(id);
    let made = 0;
    const ids = (
      await pages(3, async () => {
        made++;
        await api.create(made);
        await api.create(1000 - made);
        if (made % 2 === 0) await api.delete(made);
      })
    ).flat();
    expect(ids.filter((id) => lasting.includes(id))).toEqual(lasting);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it.each(['x', 'AAAAAA', 'AAAAAQ==', '_____w', '0'.repeat(10_000)])('refuses the page token %p', async (token) => {
    await api.create(BOX);
    expect(await told(api.list(1, token))).toMatchObject(
      invalid('page_token', 'must be empty or the next_page_token of the page before'),
    );
  });

  it.each([-1, -2147483648])('refuses the page size %p', async (size) => {
    expect(await told(api.list(size))).toMatchObject(
      invalid('page_size', 'must be a whole number from 0 to 2147483647'),
    );
  });

  it('is FAILED_PRECONDITION without a system', async () => {
    await api.shutdown();
    expect(await told(api.list())).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'NOT_INITIALIZED',
      metadata: { errno: 'ENODEV', syscall: 'slmbx_list' },
    });
    await api.initialize();
  });

  itAsRoot('leaves out what is protected by another uid', async () => {
    await api.create(1);
    await behindTheService(
      engine,
      `slmbx.create(2, true, { uid: ${NOBODY} }); slmbx.create(3, false, { uid: ${NOBODY} })`,
    );
    expect((await api.list()).mailboxes.map(({ id }) => id)).toEqual([1, 3]);
  });
});

describe('UpdateMailbox', () => {
  const VALUES = { maxMessages: 5n, maxBytes: 2n ** 64n - 1n, maxDeliveries: 65535, deadLetterMailboxId: 4294967294 };

  beforeEach(() => api.create(BOX));

  it.each([
    ['protected', { protected: true }],
    ['max_messages', { maxMessages: 5n }],
    ['max_bytes', { maxBytes: 2n ** 64n - 1n }],
    ['max_deliveries', { maxDeliveries: 65535 }],
    ['dead_letter_mailbox_id', { deadLetterMailboxId: 4294967294 }],
  ])('sets %p and nothing else', async (path, expected) => {
    const before = await api.get(BOX);
    expect(await api.update(BOX, { ...VALUES, protected: true, ownerUid: 9 }, [path])).toEqual({
      ...before,
      ...expected,
    });
    expect(await api.get(BOX)).toEqual({ ...before, ...expected });
  });

  it('sets several, and takes them back', async () => {
    const mask = ['max_messages', 'max_bytes', 'max_deliveries', 'dead_letter_mailbox_id'];
    const before = await api.get(BOX);
    await api.update(BOX, VALUES, mask);
    expect(await api.get(BOX)).toEqual({ ...before, ...VALUES });
    expect(await api.update(BOX, {}, mask)).toEqual(before);
  });

  it.each([
    [undefined, 'update_mask', 'must name what to set, or be "*"'],
    [[], 'update_mask', 'must name what to set, or be "*"'],
    [['id'], 'update_mask', `must name what can be updated: ${ATTRIBUTES}`],
    [['message_count'], 'update_mask', `must name what can be updated: ${ATTRIBUTES}`],
    [['nothing'], 'update_mask', `must name what can be updated: ${ATTRIBUTES}`],
    [['max_messages', 'leased_count'], 'update_mask', `must name what can be updated: ${ATTRIBUTES}`],
  ])('refuses the mask %p', async (mask, field, description) => {
    const before = await api.get(BOX);
    expect(await told(api.update(BOX, VALUES, mask))).toMatchObject(invalid(field, description));
    expect(await api.get(BOX)).toEqual(before);
  });

  it.each([
    ['max_deliveries', { maxDeliveries: 65536 }, 'must be a whole number from 0 to 65535'],
    ['dead_letter_mailbox_id', { deadLetterMailboxId: 4294967295 }, 'must be a whole number from 0 to 4294967294'],
    ['owner_uid', { ownerUid: 4294967295 }, 'must be a whole number from 0 to 4294967294'],
  ])('refuses %p out of range', async (path, values, description) => {
    const before = await api.get(BOX);
    expect(await told(api.update(BOX, { maxMessages: 1n, ...values }, ['max_messages', path]))).toMatchObject(
      invalid(`mailbox.${path}`, description),
    );
    expect(await api.get(BOX)).toEqual(before);
  });

  it.each([0, 4294967295])('refuses mailbox %p', async (id) => {
    expect(await told(api.update(id, VALUES, ['max_messages']))).toMatchObject(
      invalid('mailbox.id', 'must be a whole number from 1 to 4294967294'),
    );
  });

  it('of a mailbox that isn’t there is NOT_FOUND', async () => {
    expect(await told(api.update(43, VALUES, ['max_messages']))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'MAILBOX_NOT_FOUND',
      metadata: { errno: 'ENOENT', syscall: 'slmbx_setattr', mailbox_id: '43' },
    });
  });

  it('refuses dead letters that come back', async () => {
    const mask = ['dead_letter_mailbox_id', 'max_messages'];
    await api.create(43);
    await api.update(43, { deadLetterMailboxId: BOX }, mask);
    const before = await api.get(BOX);
    for (const deadLetterMailboxId of [43, BOX]) {
      expect(await told(api.update(BOX, { deadLetterMailboxId, maxMessages: 9n }, mask))).toEqual({
        code: 'FAILED_PRECONDITION',
        message: `The dead letters of mailbox ${BOX} would come back to it, or pass through more than 32 mailboxes.`,
        reason: 'DEAD_LETTER_LOOP',
        domain: 'slmbx',
        metadata: { errno: 'ELOOP', syscall: 'slmbx_setattr', mailbox_id: String(BOX) },
      });
      expect(await api.get(BOX)).toEqual(before);
    }
  });

  it('keeps a limit', async () => {
    await api.update(BOX, { maxBytes: 3n }, ['max_bytes']);
    await api.send(BOX, 'abc');
    expect(await told(api.send(BOX, 'd'))).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'QUOTA_EXCEEDED' });
    expect(await api.drain(BOX)).toEqual(['abc']);
  });

  itAsRoot('gives a mailbox away', async () => {
    const given: Partial<Mailbox> = { ownerUid: NOBODY };
    expect(await api.update(BOX, given, ['owner_uid'])).toMatchObject({ ownerUid: NOBODY, protected: false });
    await api.create(43);
    // What it does is done, though root may not look at it afterwards.
    expect(await api.update(43, { ...given, protected: true }, ['owner_uid', 'protected'])).toBeUndefined();
    expect(await told(api.get(43))).toMatchObject({ reason: 'NOT_PERMITTED' });
    expect(await api.update(43, { protected: false }, ['protected'])).toMatchObject({ ownerUid: NOBODY });
  });

  itAsNobody('is for the owner, and a new owner for root alone', async () => {
    const theirs = await startService({ engine, uid: NOBODY });
    const other = new Api(theirs.tcp);
    try {
      await other.create(7);
      const refusal = (id: number): object => ({
        code: 'PERMISSION_DENIED',
        message: `Only the owner of mailbox ${id}, or root, may update it, and only root its owner.`,
        reason: 'NOT_PERMITTED',
        domain: 'slmbx',
        metadata: { errno: 'EPERM', syscall: 'slmbx_setattr', mailbox_id: String(id) },
      });
      expect(await told(other.update(BOX, VALUES, ['max_messages']))).toEqual(refusal(BOX));
      expect(await told(other.update(7, { ...VALUES, ownerUid: 9 }, ['owner_uid', 'max_messages']))).toEqual(
        refusal(7),
      );
      expect(await api.get(BOX)).toMatchObject({ maxMessages: 0n });
      expect(await api.get(7)).toMatchObject({ maxMessages: 0n, ownerUid: NOBODY });
      expect(await other.update(7, VALUES, ['max_messages'])).toMatchObject({ maxMessages: 5n });
    } finally {
      await stopAll(other, theirs);
    }
  });
});

describe('PurgeMailbox', () => {
  it('drops what is ready or delayed, and counts it', async () => {
    await api.create(BOX);
    expect(await api.purge(BOX)).toBe(0n);
    await api.sendAll(BOX, ['leased', 'a', { data: Buffer.from('later'), delay: { seconds: 600n, nanos: 0 } }, 'b']);
    const [leased] = await api.receiveAll(BOX, { lease: { seconds: 600n, nanos: 0 } });
    expect(await api.purge(BOX)).toBe(3n);
    expect(await api.get(BOX)).toMatchObject({ messageCount: 0n, byteCount: 0n, delayedCount: 0n, leasedCount: 1n });
    await api.settle(BOX, [
      { leaseToken: leased!.leaseToken, action: { $case: 'release', value: { delay: undefined } } },
    ]);
    expect(await api.drain(BOX)).toEqual(['leased']);
  });
});
