// @ts-check
'use strict';

const { MAX_UINT32, SELF, array, boolean, bytes, callOptions, recvOptions, uint32 } = require('./lib/arguments');
const { SlmbxError, errorFactory } = require('./lib/errors');
const { loadAddon } = require('./lib/native');

const native = loadAddon();
const failure = errorFactory(native);

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
  stat,
  engine,
};
