// @ts-check
'use strict';

const { inspect, types } = require('node:util');

const MAX_UINT32 = 0xffffffff;
const MAX_UINT64 = 0xffffffffffffffffn;
/** Messages, leases and ids in one call: SLMBX_BATCH_MAX and SLMBX_LIST_MAX. */
const BATCH_MAX = 1024;
const LIST_MAX = 65536;
const MAX_DELIVERIES = 65535;
/** What the add-on takes for "nobody else"; as a uid it is nobody's. */
const SELF = MAX_UINT32;

/**
 * The error that stands in Node's own classes and codes for a bad argument.
 * @param {new (message: string) => Error} Class
 * @param {string} code
 * @param {string} message
 */
function argumentError(Class, code, message) {
  return Object.assign(new Class(message), { code });
}

/**
 * @param {string} name
 * @param {string} expected
 * @param {unknown} value
 */
function wrongType(name, expected, value) {
  const received =
    value === null || value === undefined
      ? String(value)
      : `type ${typeof value} (${inspect(value, { depth: -1, maxStringLength: 32 })})`;
  const kind = name.includes('.') ? 'property' : 'argument';
  return argumentError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kind} must be ${expected}. Received ${received}`,
  );
}

/**
 * @param {string} name
 * @param {string} range
 * @param {number | bigint} value
 */
function outOfRange(name, range, value) {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${value}`;
  return argumentError(RangeError, 'ERR_OUT_OF_RANGE', message);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} max
 * @param {number} min
 * @returns {number}
 */
function integer(value, name, max, min = 0) {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw outOfRange(name, Number.isInteger(value) ? `>= ${min} && <= ${max}` : 'an integer', value);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {bigint} min
 * @returns {bigint}
 */
function uint64(value, name, min = 0n) {
  if (typeof value !== 'bigint') throw wrongType(name, 'of type bigint', value);
  if (value < min || value > MAX_UINT64) throw outOfRange(name, `>= ${min}n && <= ${MAX_UINT64}n`, value);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number}
 */
function uint32(value, name) {
  // Only an integer in range is what it is after the conversion; this line is what a good call pays.
  if (typeof value === 'number' && value >>> 0 === value) return value;
  return integer(value, name, MAX_UINT32);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {boolean}
 */
function boolean(value, name) {
  if (typeof value !== 'boolean') throw wrongType(name, 'of type boolean', value);
  return value;
}

/**
 * An array of objects; holes are none.
 * @param {unknown} value
 * @param {string} name
 */
function array(value, name) {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== 'object' || value[i] === null) throw wrongType(`${name}[${i}]`, 'of type object', value[i]);
  }
}

/**
 * The 1 to BATCH_MAX objects of an array, each looked at once: a getter may change the array, or what stands in it.
 * @param {unknown} value
 * @param {string} name
 * @returns {Record<string, unknown>[]}
 */
function batch(value, name) {
  if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  const count = integer(value.length, `${name}.length`, BATCH_MAX, 1);
  const objects = [];
  for (let i = 0; i < count; i++) {
    const one = value[i];
    if (typeof one !== 'object' || one === null) throw wrongType(`${name}[${i}]`, 'of type object', one);
    objects.push(one);
  }
  return objects;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {Uint8Array}
 */
function bytes(value, name) {
  if (!types.isUint8Array(value)) throw wrongType(name, 'an instance of Buffer or Uint8Array', value);
  if (value.byteLength === 0) requireAttached(value, name);
  return value;
}

/**
 * A view whose memory was transferred away, or shrank from under it, looks empty; taking it so would lose the message.
 * @param {Uint8Array} view
 * @param {string} name
 */
function requireAttached(view, name) {
  try {
    Uint8Array.prototype.at.call(view, 0);
  } catch {
    const message = `The "${name}" argument must not be a view of a detached or shrunk ArrayBuffer`;
    throw argumentError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
  }
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {Record<string, unknown>}
 */
function objectOf(value, name, known) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, 'of type object', value);
  }
  for (const key in value) {
    if (!known.includes(key)) {
      const message = `The property "${name}.${key}" is unknown. Known here: ${known.join(', ')}`;
      throw argumentError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
    }
  }
  return /** @type {Record<string, unknown>} */ (value);
}

const CALL_OPTIONS = Object.freeze(['uid']);
const RECV_OPTIONS = Object.freeze(['uid', 'maxLength']);
const RECV_BATCH_OPTIONS = Object.freeze(['uid', 'maxMessages', 'maxBytes', 'lease', 'peek']);
const LIST_OPTIONS = Object.freeze(['uid', 'after', 'limit']);
const ATTRIBUTES = Object.freeze(['maxMessages', 'maxBytes', 'maxDeliveries', 'deadLetterId', 'owner', 'isProtected']);

/** @param {unknown} uid */
function uidOrSelf(uid) {
  return uid === undefined ? SELF : integer(uid, 'options.uid', SELF - 1);
}

/**
 * @param {unknown} options
 * @returns {number} the uid to act for, or SELF
 */
function callOptions(options) {
  if (options === undefined || options === null) return SELF;
  return uidOrSelf(objectOf(options, 'options', CALL_OPTIONS)['uid']);
}

/**
 * @param {unknown} options
 * @returns {{ uid: number, maxLength: number }}
 */
function recvOptions(options) {
  const { uid, maxLength } = objectOf(options, 'options', RECV_OPTIONS);
  return {
    uid: uidOrSelf(uid),
    maxLength: maxLength === undefined ? MAX_UINT32 : uint32(maxLength, 'options.maxLength'),
  };
}

/**
 * @param {unknown} options
 * @returns {{ uid: number, maxMessages: number, maxBytes: number | undefined, lease: bigint, peek: boolean }} a lease of
 * 0n is none
 */
function recvBatchOptions(options) {
  const { uid, maxMessages, maxBytes, lease, peek } = objectOf(options ?? {}, 'options', RECV_BATCH_OPTIONS);
  return {
    uid: uidOrSelf(uid),
    maxMessages: maxMessages === undefined ? 1 : integer(maxMessages, 'options.maxMessages', BATCH_MAX, 1),
    maxBytes: maxBytes === undefined ? undefined : uint32(maxBytes, 'options.maxBytes'),
    lease: lease === undefined ? 0n : uint64(lease, 'options.lease', 1n),
    peek: peek === undefined ? false : boolean(peek, 'options.peek'),
  };
}

/**
 * @param {unknown} options
 * @returns {{ uid: number, after: number, limit: number }}
 */
function listOptions(options) {
  const { uid, after, limit } = objectOf(options ?? {}, 'options', LIST_OPTIONS);
  return {
    uid: uidOrSelf(uid),
    after: after === undefined ? 0 : uint32(after, 'options.after'),
    limit: limit === undefined ? LIST_MAX : integer(limit, 'options.limit', LIST_MAX, 1),
  };
}

/**
 * As slmbx_setattr() takes them: the bit of `mask` that stands for an attribute is its place in ATTRIBUTES.
 * @param {unknown} value
 */
function attributes(value) {
  const given = objectOf(value, 'attributes', ATTRIBUTES);
  let mask = 0;
  /**
   * @template T
   * @param {number} bit
   * @param {T} absent
   * @param {(value: unknown, name: string) => T} check
   * @returns {T}
   */
  const take = (bit, absent, check) => {
    const name = /** @type {string} */ (ATTRIBUTES[bit]);
    const one = given[name];
    if (one === undefined) return absent;
    mask |= 1 << bit;
    return check(one, `attributes.${name}`);
  };
  const maxMessages = take(0, 0n, (one, name) => uint64(one, name));
  const maxBytes = take(1, 0n, (one, name) => uint64(one, name));
  const maxDeliveries = take(2, 0, (one, name) => integer(one, name, MAX_DELIVERIES));
  const deadLetterId = take(3, 0, uint32);
  const owner = take(4, 0, (one, name) => integer(one, name, SELF - 1));
  const isProtected = take(5, false, boolean);
  return { mask, maxMessages, maxBytes, maxDeliveries, deadLetterId, owner, isProtected };
}

module.exports = {
  BATCH_MAX,
  MAX_UINT32,
  SELF,
  argumentError,
  array,
  attributes,
  batch,
  boolean,
  bytes,
  callOptions,
  listOptions,
  recvBatchOptions,
  recvOptions,
  uint32,
  uint64,
  wrongType,
};
