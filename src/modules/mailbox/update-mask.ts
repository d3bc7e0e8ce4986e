import type { Mailbox } from '../../generated/slmbx/v1/mailbox';
import { MAILBOX_ID_MAX, MAILBOX_ID_MIN, UINT32_MAX } from '../../validation/validators';
import type { MailboxAttributes } from '../engine/engine';
import { Violations } from './violations';

const MAX_DELIVERIES = 65_535;

interface Attribute {
  /** Its value in the engine's terms. */
  readonly of: (mailbox: Mailbox) => MailboxAttributes;
  /** What is wrong with a value that isn't in range. */
  readonly wrong?: (mailbox: Mailbox) => string | undefined;
}

/** What may be updated, by its path in the proto. */
const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ['protected', { of: (mailbox) => ({ isProtected: mailbox.protected }) }],
  [
    'owner_uid',
    { of: ({ ownerUid }) => ({ owner: ownerUid }), wrong: ({ ownerUid }) => over(ownerUid, UINT32_MAX - 1) },
  ],
  ['max_messages', { of: ({ maxMessages }) => ({ maxMessages }) }],
  ['max_bytes', { of: ({ maxBytes }) => ({ maxBytes }) }],
  [
    'max_deliveries',
    {
      of: ({ maxDeliveries }) => ({ maxDeliveries }),
      wrong: ({ maxDeliveries }) => over(maxDeliveries, MAX_DELIVERIES),
    },
  ],
  [
    'dead_letter_mailbox_id',
    {
      of: ({ deadLetterMailboxId }) => ({ deadLetterId: deadLetterMailboxId }),
      wrong: ({ deadLetterMailboxId }) => over(deadLetterMailboxId, MAILBOX_ID_MAX),
    },
  ],
]);

const NAMES = [...ATTRIBUTES.keys()];
const ALL = '*';

/** An update in the engine's terms. */
export interface Update {
  readonly id: number;
  readonly attributes: MailboxAttributes;
}

/** Reads an update by its mask. Throws a ValidationError that names each field that is wrong. */
export function toUpdate(mailbox: Mailbox | undefined, mask: readonly string[] | undefined): Update {
  const violations = new Violations();
  if (mailbox === undefined || mailbox.id < MAILBOX_ID_MIN || mailbox.id > MAILBOX_ID_MAX) {
    violations.add('mailbox.id', `must be a whole number from ${MAILBOX_ID_MIN} to ${MAILBOX_ID_MAX}`);
  }
  const paths = pathsOf(mask, violations);
  let attributes: MailboxAttributes = {};
  for (const path of paths) {
    const attribute = ATTRIBUTES.get(path);
    if (attribute === undefined) {
      violations.add('update_mask', `must name what can be updated: ${NAMES.join(', ')}`);
      break;
    }
    if (mailbox !== undefined) {
      const wrong = attribute.wrong?.(mailbox);
      if (wrong !== undefined) {
        violations.add(`mailbox.${path}`, wrong);
      }
      attributes = { ...attributes, ...attribute.of(mailbox) };
    }
  }
  violations.throwAny();
  return { id: mailbox?.id ?? 0, attributes };
}

function pathsOf(mask: readonly string[] | undefined, violations: Violations): readonly string[] {
  if (mask === undefined || mask.length === 0) {
    violations.add('update_mask', `must name what to set, or be "${ALL}"`);
    return [];
  }
  return mask.length === 1 && mask[0] === ALL ? NAMES : mask;
}

function over(value: number, max: number): string | undefined {
  return value <= max ? undefined : `must be a whole number from 0 to ${max}`;
}
