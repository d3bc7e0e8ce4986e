// @ts-check
'use strict';

const { inspect, types } = require('node:util');

const MAX_UINT32 = 0xffffffff;
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
 * @param {unknown} value
 * @param {string} name
 * @param {number} max
 * @returns {number}
 */
function integer(value, name, max) {
  if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  if (!(Number.isInteger(value) && value >= 0 && value <= max)) {
    const range = Number.isInteger(value) ? `>= 0 && <= ${max}` : 'an integer';
    const message = `The value of "${name}" is out of range. It must be ${range}. Received ${value}`;
    throw argumentError(RangeError, 'ERR_OUT_OF_RANGE', message);
  }
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
 * @param {unknown} options
 * @param {readonly string[]} known
 * @returns {Record<string, unknown>}
 */
function optionsObject(options, known) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType('options', 'of type object', options);
  }
  for (const key in options) {
    if (!known.includes(key)) {
      const message = `The property "options.${key}" is unknown. Known here: ${known.join(', ')}`;
      throw argumentError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
    }
  }
  return /** @type {Record<string, unknown>} */ (options);
}

const CALL_OPTIONS = Object.freeze(['uid']);
const RECV_OPTIONS = Object.freeze(['uid', 'maxLength']);

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
  return uidOrSelf(optionsObject(options, CALL_OPTIONS)['uid']);
}

/**
 * @param {unknown} options
 * @returns {{ uid: number, maxLength: number }}
 */
function recvOptions(options) {
  const { uid, maxLength } = optionsObject(options, RECV_OPTIONS);
  return {
    uid: uidOrSelf(uid),
    maxLength: maxLength === undefined ? MAX_UINT32 : uint32(maxLength, 'options.maxLength'),
  };
}

module.exports = { MAX_UINT32, SELF, array, boolean, bytes, callOptions, recvOptions, uint32 };
