// @ts-check
'use strict';

const {
  MAX_UINT32,
  SELF,
  array,
  attributes: attributesOf,
  boolean,
  bytes,
  callOptions,
  listOptions,
  recvBatchOptions,
  recvOptions,
  uint32,
} = require('./lib/arguments');
const { Settlement, outgoing } = require('./lib/batch');
const { SlmbxError, errorFactory } = require('./lib/errors');
const { loadAddon } = require('./lib/native');
const { Receiver } = require('./lib/receiver');

const native = loadAddon();
const failure = errorFactory(native);
const TOO_LONG = -(/** @type {number} */ (native.errnos['EMSGSIZE']));
/** @type {Receiver | undefined} */
let receiver;

/** @type {typeof import('.').init} */
function init(ptrs, prob, options) {
  const result = native.init(uint32(ptrs, 'ptrs'), uint32(prob, 'prob'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_init');
}

/** @type {typeof import('.').shutdown} */
function shutdown(options) {
  const result = native.shutdown(callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_shutdown');
}

/** @type {typeof import('.').create} */
function create(id, isProtected = false, options) {
  const result = native.create(uint32(id, 'id'), boolean(isProtected, 'isProtected'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_create', id);
}

/** @type {typeof import('.').destroy} */
function destroy(id, options) {
  const result = native.destroy(uint32(id, 'id'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_destroy', id);
}

/** @type {typeof import('.').count} */
function count(id, options) {
  const result = native.count(uint32(id, 'id'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_count', id);
  return result;
}

/** @type {typeof import('.').send} */
function send(id, message, options) {
  uint32(id, 'id');
  // Options first: one with a getter could take the memory away after it was looked at.
  const uid = callOptions(options);
  const result = native.send(id, bytes(message, 'message'), uid);
  if (result < 0) throw failure(result, 'slmbx_send', id);
}

/** @type {typeof import('.').sendMany} */
function sendMany(messages, options) {
  array(messages, 'messages');
  const uid = callOptions(options);
  const ids = messages.map(({ id }, i) => uint32(id, `messages[${i}].id`));
  const data = messages.map((message) => message.data);
  // Only now: a getter could take memory away that was looked at before.
  data.forEach((message, i) => bytes(message, `messages[${i}].data`));
  const results = native.sendMany(ids, data, uid);
  return Array.from(results, (result, i) => (result < 0 ? failure(result, 'slmbx_send', ids[i]) : undefined));
}

/** @type {typeof import('.').recv} */
function recv(id, options) {
  uint32(id, 'id');
  let uid = SELF;
  let maxLength = MAX_UINT32;
  if (options !== undefined && options !== null) ({ uid, maxLength } = recvOptions(options));
  const result = native.recv(id, maxLength, uid);
  if (typeof result === 'number') throw failure(result, 'slmbx_recv', id);
  return result;
}

/** @type {typeof import('.').recvInto} */
function recvInto(id, target, options) {
  uint32(id, 'id');
  const uid = callOptions(options);
  const result = native.recvInto(id, bytes(target, 'target'), uid);
  if (result < 0) throw failure(result, 'slmbx_recv', id);
  return result;
}

/** @type {typeof import('.').length} */
function length(id, options) {
  const result = native.length(uint32(id, 'id'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_length', id);
  return result;
}

/** @type {typeof import('.').sendBatch} */
function sendBatch(id, messages, options) {
  uint32(id, 'id');
  const uid = callOptions(options);
  const { data, times } = outgoing(messages);
  const result = native.sendv(id, data, times, uid);
  if (result < 0) throw failure(result, 'slmbx_sendv', id);
}

/** @type {typeof import('.').recvBatch} */
function recvBatch(id, options) {
  uint32(id, 'id');
  const checked = recvBatchOptions(options);
  receiver ??= new Receiver(native);
  const result = receiver.receive(id, checked);
  if (typeof result !== 'number') return result;
  throw failure(result, 'slmbx_recvv', id, result === TOO_LONG ? receiver.needed : undefined);
}

/** @type {typeof import('.').settle} */
function settle(id, items, options) {
  uint32(id, 'id');
  const uid = callOptions(options);
  const settlement = new Settlement(items);
  const result = native.settle(id, settlement.words, uid);
  if (result < 0) throw failure(result, 'slmbx_settle', id);
  const failures = new Array(settlement.count).fill(undefined);
  if (result === settlement.count) return failures;
  return failures.map((_, i) =>
    settlement.result(i) < 0 ? failure(settlement.result(i), 'slmbx_settle', id) : undefined,
  );
}

/** @type {typeof import('.').list} */
function list(options) {
  const { uid, after, limit } = listOptions(options);
  const words = new BigUint64Array(Math.ceil(limit / 2));
  const result = native.list(after, limit, words, uid);
  if (result < 0) throw failure(result, 'slmbx_list');
  return Array.from(new Uint32Array(words.buffer, 0, result));
}

/** @type {typeof import('.').setAttributes} */
function setAttributes(id, attributes, options) {
  uint32(id, 'id');
  const uid = callOptions(options);
  const { mask, maxMessages, maxBytes, maxDeliveries, deadLetterId, owner, isProtected } = attributesOf(attributes);
  const result = native.setattr(id, mask, maxMessages, maxBytes, maxDeliveries, deadLetterId, owner, isProtected, uid);
  if (result < 0) throw failure(result, 'slmbx_setattr', id);
}

/** @type {typeof import('.').purge} */
function purge(id, options) {
  const result = native.purge(uint32(id, 'id'), callOptions(options));
  if (result < 0) throw failure(result, 'slmbx_purge', id);
  return BigInt(result);
}

/** @type {typeof import('.').stat} */
function stat(id, options) {
  const result = native.stat(uint32(id, 'id'), callOptions(options));
  if (typeof result === 'number') throw failure(result, 'slmbx_stat', id);
  return result;
}

/** @type {typeof import('.').engine} */
function engine() {
  return native.engine();
}

module.exports = {
  SlmbxError,
  init,
  shutdown,
  create,
  destroy,
  count,
  send,
  sendMany,
  recv,
  recvInto,
  length,
  sendBatch,
  recvBatch,
  settle,
  stat,
  list,
  setAttributes,
  purge,
  engine,
};
