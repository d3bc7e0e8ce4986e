import { ValidateBy } from 'class-validator';

export const INT32_MAX = 0x7fff_ffff;
export const UINT32_MAX = 0xffff_ffff;
export const MAILBOX_ID_MIN = 1;
export const MAILBOX_ID_MAX = UINT32_MAX - 1;
/** Items one call may have. */
export const BATCH_MAX = 1024;

/** A check of class-validator's: one predicate and one message that reads on from the name of the field. */
function check(name: string, message: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name, validator: { validate, defaultMessage: () => message } });
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** A whole number from `min` to `max`; `unit` is for the message, such as ` of bytes`. */
export function IsWholeNumber(min: number, max: number, unit = ''): PropertyDecorator {
  return check('isWholeNumber', `must be a whole number${unit} from ${min} to ${max}`, (value) =>
    isWhole(value, min, max),
  );
}

/** A whole number from `min` to 4294967295. */
export function IsUint32(min = 0): PropertyDecorator {
  return IsWholeNumber(min, UINT32_MAX);
}

/** A TCP port, or 0 for any; what stands for none never gets here. */
export function IsPort(): PropertyDecorator {
  return check('isPort', 'must be a whole number from 0 to 65535, or "off"', (value) => isWhole(value, 0, 65535));
}

/** An id a mailbox can have: 0 and 4294967295 are kept free. */
export function IsMailboxId(): PropertyDecorator {
  return IsWholeNumber(MAILBOX_ID_MIN, MAILBOX_ID_MAX);
}

/** Bytes. How many is the service's business: its limit is a setting. */
export function IsBytes(): PropertyDecorator {
  return check('isBytes', 'must be bytes', (value) => value instanceof Uint8Array);
}

/** A list of as many items as one call may have, at least one. What the items are is not looked at. */
export function IsBatch(): PropertyDecorator {
  return check(
    'isBatch',
    `must have 1 to ${BATCH_MAX} items`,
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= BATCH_MAX,
  );
}

/** true or false. */
export function IsFlag(): PropertyDecorator {
  return check('isFlag', 'must be true or false', (value) => typeof value === 'boolean');
}

/** One of a few values. */
export function IsOneOf(values: readonly (number | string)[]): PropertyDecorator {
  const all: ReadonlySet<unknown> = new Set(values);
  return check('isOneOf', `must be one of ${values.join(', ')}`, (value) => all.has(value));
}

/** sun_path holds 108 bytes, the closing NUL among them. */
const UNIX_PATH_MAX = 107;

/** A path a Unix socket can have. */
export function IsUnixSocketPath(): PropertyDecorator {
  return check(
    'isUnixSocketPath',
    `must be a path of at most ${UNIX_PATH_MAX} bytes`,
    (value) =>
      typeof value === 'string' &&
      value.length > 0 &&
      Buffer.byteLength(value) <= UNIX_PATH_MAX &&
      !value.includes('\0'),
  );
}

/** An IP address or something shaped like a host name. */
export function IsHost(): PropertyDecorator {
  return check(
    'isHost',
    'must be an IP address or a host name',
    (value) => typeof value === 'string' && /^[A-Za-z0-9._:%[\]-]{1,253}$/.test(value),
  );
}
