// @ts-check
'use strict';

const { MAX_UINT32 } = require('./arguments');
const { Received } = require('./batch');

/** Memory of a batch, unless its caller or its first message wants more; and how much the caller gets of that. */
const LANDING_SIZE = 64 * 1024;
const LANDING_MAX = 1024 * 1024;

/** First messages in a row that outgrew the memory made for the one before. */
const GROW_TRIES = 100;

/** A batch that leaves more of its memory unused than used, this many times over, gets memory of its own. */
const SPARSE = 4;

/** Stack left over when messages are handed over. */
const SPARE_FRAMES = 64;

/** @typedef {{ uid: number, maxMessages: number, maxBytes: number | undefined, lease: bigint, peek: boolean }} Options */

/**
 * Receives batches. What a batch needs is there before the engine is asked, because a message that was removed has no
 * way back: the memory, which is handed over as it is, and the stack.
 */
class Receiver {
  /** @type {Buffer | undefined} */
  landing = undefined;
  received = new Received();

  /** @param {import('./native').Native} native */
  constructor(native) {
    this.native = native;
    this.tooLong = -(/** @type {number} */ (native.errnos['EMSGSIZE']));
    this.noMemory = -(/** @type {number} */ (native.errnos['ENOMEM']));
  }

  /**
   * @param {number} id
   * @param {Options} options
   * @returns {import('..').Delivery[] | number} a number is a negative errno
   */
  receive(id, options) {
    const { maxMessages, maxBytes = MAX_UINT32, lease, peek, uid } = options;
    const { received } = this;
    const removes = !peek && lease === 0n;
    let memory = this.reserve(Math.min(options.maxBytes ?? LANDING_SIZE, LANDING_MAX));
    for (let tries = 0; memory !== undefined && tries < GROW_TRIES; tries++) {
      if (removes) received.rehearse(memory, SPARE_FRAMES);
      const result = this.native.recvv(id, memory, received.words, maxMessages, peek, lease, uid);
      if (result === 0) return [];
      if (result > 0) {
        try {
          memory = this.fit(memory, received.end(result - 1));
        } catch {
          this.landing = undefined;
        }
        return received.deliveries(memory, result);
      }
      if (result !== this.tooLong || received.needed > maxBytes) return result;
      memory = allocate(Number(received.needed));
    }
    return this.noMemory;
  }

  /** Bytes that the first message takes, after EMSGSIZE. */
  get needed() {
    return this.received.needed;
  }

  /**
   * Memory of `size` bytes: the same again while no batch got it.
   * @param {number} size
   */
  reserve(size) {
    if (this.landing === undefined || this.landing.byteLength < size) this.landing = allocate(size);
    return this.landing?.subarray(0, size);
  }

  /**
   * What a batch that takes `length` bytes of `memory` keeps. May throw.
   * @param {Buffer} memory
   * @param {number} length
   */
  fit(memory, length) {
    if (length * SPARSE <= memory.buffer.byteLength) {
      const own = Buffer.allocUnsafeSlow(length);
      own.set(memory.subarray(0, length));
      return own;
    }
    if (memory.buffer === this.landing?.buffer) this.landing = undefined;
    return memory;
  }
}

/**
 * @param {number} size
 * @returns {Buffer | undefined} undefined if there is no room
 */
function allocate(size) {
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch {
    return undefined;
  }
}

module.exports = { Receiver };
