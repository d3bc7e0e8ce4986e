import { ValidationError } from '../../errors/rpc.errors';
import { Mailbox } from '../../generated/slmbx/v1/mailbox';
import { toUpdate } from './update-mask';

const MAILBOX: Mailbox = {
  ...Mailbox.decode(new Uint8Array()),
  id: 42,
  protected: true,
  ownerUid: 7,
  maxMessages: 1n,
  maxBytes: 2n,
  maxDeliveries: 3,
  deadLetterMailboxId: 4,
};
const NAMES = 'protected, owner_uid, max_messages, max_bytes, max_deliveries, dead_letter_mailbox_id';
const ALL = { isProtected: true, owner: 7, maxMessages: 1n, maxBytes: 2n, maxDeliveries: 3, deadLetterId: 4 };

function fields(mailbox: Mailbox | undefined, mask: string[] | undefined): string[] | undefined {
  try {
    toUpdate(mailbox, mask);
  } catch (error) {
    if (error instanceof ValidationError) return error.violations.map(({ field }) => field);
    throw error;
  }
  return undefined;
}

it.each([
  ['protected', { isProtected: true }],
  ['owner_uid', { owner: 7 }],
  ['max_messages', { maxMessages: 1n }],
  ['max_bytes', { maxBytes: 2n }],
  ['max_deliveries', { maxDeliveries: 3 }],
  ['dead_letter_mailbox_id', { deadLetterId: 4 }],
  ['*', ALL],
])('sets by %p no more than %p', (path, attributes) => {
  expect(toUpdate(MAILBOX, [path])).toEqual({ id: 42, attributes });
});

it('sets several, one named twice among them', () => {
  expect(toUpdate(MAILBOX, ['max_bytes', 'max_messages', 'max_bytes']).attributes).toEqual({
    maxBytes: 2n,
    maxMessages: 1n,
  });
});

it.each([
  [undefined],
  [[]],
  [['']],
  [['id']],
  [['message_count']],
  [['leased_count']],
  [['oldest_message_age']],
  [['maxMessages']],
  [['mailbox.max_messages']],
  [['max_messages', 'head_length']],
  [['*', 'max_messages']],
])('refuses the mask %p', (mask) => {
  expect(fields(MAILBOX, mask)).toEqual(['update_mask']);
});

it('says what a mask may have', () => {
  expect(() => toUpdate(MAILBOX, ['x'])).toThrow(`update_mask must name what can be updated: ${NAMES}`);
});

it.each([0, 4_294_967_295])('refuses mailbox %p', (id) => {
  expect(fields({ ...MAILBOX, id }, ['max_bytes'])).toEqual(['mailbox.id']);
});

it('refuses no mailbox', () => {
  expect(fields(undefined, ['max_bytes'])).toEqual(['mailbox.id']);
});

it.each([
  ['owner_uid', { ownerUid: 4_294_967_295 }],
  ['max_deliveries', { maxDeliveries: 65_536 }],
  ['dead_letter_mailbox_id', { deadLetterMailboxId: 4_294_967_295 }],
])('refuses %p out of range, unless it is not set', (path, wrong) => {
  expect(fields({ ...MAILBOX, ...wrong }, [path])).toEqual([`mailbox.${path}`]);
  expect(fields({ ...MAILBOX, ...wrong }, ['max_messages'])).toBeUndefined();
});
