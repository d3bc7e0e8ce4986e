// @ts-check
'use strict';

/* Messages and leases, many at a time, in the layout of the structs of linux/slmbx.h. */

const { endianness } = require('node:os');
const { BATCH_MAX, argumentError, batch, bytes, uint64, wrongType } = require('./arguments');

/**
 * Looks at each property once, and at the memory last of all: a getter could take away what was looked at before.
 * @param {unknown} messages
 * @returns {{ data: unknown[], times: BigUint64Array }} times are the delay and the time to live of each
 */
function outgoing(messages) {
  const objects = batch(messages, 'messages');
  const times = new BigUint64Array(2 * objects.length);
  const data = objects.map((message, i) => {
    const { data, delay, timeToLive } = message;
    if (delay !== undefined) times[2 * i] = uint64(delay, `messages[${i}].delay`);
    if (timeToLive !== undefined) times[2 * i + 1] = uint64(timeToLive, `messages[${i}].timeToLive`, 1n);
    return data;
  });
  data.forEach((message, i) => bytes(message, `messages[${i}].data`));
  return { data, times };
}

const ACTIONS = new Map([
  ['acknowledge', 1],
  ['release', 2],
  ['extend', 3],
]);

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number}
 */
function actionOf(value, name) {
  if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
  const action = ACTIONS.get(value);
  if (action === undefined) {
    const message = `The property "${name}" must be one of ${[...ACTIONS.keys()].join(', ')}`;
    throw argumentError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
  }
  return action;
}

const LITTLE = endianness() === 'LE';
const WORD = BigUint64Array.BYTES_PER_ELEMENT;

/** Bytes of a struct slmbx_settle_item. */
const ITEM_SIZE = 32;

/** Items as slmbx_settle() takes them, with the results it gives. */
class Settlement {
  /** @param {unknown} items */
  constructor(items) {
    const objects = batch(items, 'items');
    this.count = objects.length;
    this.words = new BigUint64Array((ITEM_SIZE / WORD) * this.count);
    this.view = new DataView(this.words.buffer);
    objects.forEach((item, i) => {
      const { sequence, token, action, time } = item;
      const at = ITEM_SIZE * i;
      this.view.setBigUint64(at, uint64(sequence, `items[${i}].sequence`), LITTLE);
      this.view.setBigUint64(at + 8, uint64(token, `items[${i}].token`), LITTLE);
      if (time !== undefined) this.view.setBigUint64(at + 16, uint64(time, `items[${i}].time`), LITTLE);
      this.view.setUint32(at + 24, actionOf(action, `items[${i}].action`), LITTLE);
    });
  }

  /**
   * 0 or a negative errno.
   * @param {number} i
   */
  result(i) {
    return this.view.getInt32(ITEM_SIZE * i + 28, LITTLE);
  }
}

/** Bytes of a struct slmbx_recvv_msg, and its flag. */
const MESSAGE_SIZE = 64;
const DEAD = 1;

/** What slmbx_recvv() says of the messages it received; holds until the next call. */
class Received {
  words = new BigUint64Array((MESSAGE_SIZE / WORD) * BATCH_MAX);
  view = new DataView(this.words.buffer);

  /**
   * Throws unless the stack has room for `deliveries`, and for `spare` frames more: a function that is compiled anew may
   * take more of it than the time before.
   * @param {Buffer} memory
   * @param {number} spare
   * @returns {void}
   */
  rehearse(memory, spare) {
    if (spare > 0) return this.rehearse(memory, spare - 1);
    // The first is an empty message now.
    this.words.fill(0n, 0, MESSAGE_SIZE / WORD);
    this.deliveries(memory, 1);
  }

  /** Bytes that the first message takes, after EMSGSIZE. */
  get needed() {
    return this.view.getBigUint64(0, LITTLE);
  }

  /**
   * Where message `i` begins in the memory, and where it ends.
   * @param {number} i
   */
  start(i) {
    return Number(this.view.getBigUint64(MESSAGE_SIZE * i, LITTLE));
  }

  /** @param {number} i */
  end(i) {
    return this.start(i) + this.view.getUint32(MESSAGE_SIZE * i + 32, LITTLE);
  }

  /**
   * @param {Buffer} memory
   * @param {number} i
   * @returns {import('..').Delivery}
   */
  delivery(memory, i) {
    const { view } = this;
    const at = MESSAGE_SIZE * i;
    /** @type {import('..').Delivery} */
    const delivery = {
      data: memory.subarray(this.start(i), this.end(i)),
      sequence: view.getBigUint64(at + 8, LITTLE),
      token: view.getBigUint64(at + 16, LITTLE),
      deliveries: view.getUint32(at + 36, LITTLE),
      age: view.getBigUint64(at + 24, LITTLE),
    };
    if (view.getUint32(at + 40, LITTLE) & DEAD) {
      delivery.deadLetter = {
        mailboxId: view.getUint32(at + 44, LITTLE),
        deliveries: view.getUint32(at + 48, LITTLE),
        age: view.getBigUint64(at + 56, LITTLE),
      };
    }
    return delivery;
  }

  /**
   * @param {Buffer} memory
   * @param {number} count
   */
  deliveries(memory, count) {
    const deliveries = [];
    for (let i = 0; i < count; i++) deliveries.push(this.delivery(memory, i));
    return deliveries;
  }
}

module.exports = { Received, Settlement, outgoing };
