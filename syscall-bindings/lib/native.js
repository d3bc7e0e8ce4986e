// @ts-check
'use strict';

/**
 * The add-on. Arguments are checked before they get here; a negative result is an errno.
 * @typedef {object} Native
 * @property {(ptrs: number, prob: number, uid: number) => number} init
 * @property {(uid: number) => number} shutdown
 * @property {(id: number, isProtected: boolean, uid: number) => number} create
 * @property {(id: number, uid: number) => number} destroy
 * @property {(id: number, uid: number) => number} count
 * @property {(id: number, message: Uint8Array, uid: number) => number} send
 * @property {(ids: number[], messages: Uint8Array[], uid: number) => Int32Array} sendMany
 * @property {(id: number, maxLength: number, uid: number) => Buffer | number} recv
 * @property {(id: number, target: Uint8Array, uid: number) => number} recvInto
 * @property {(id: number, uid: number) => number} length
 * @property {(id: number, uid: number) => import('..').MailboxStat | number} stat
 * @property {(id: number, messages: unknown[], times: BigUint64Array, uid: number) => number} sendv
 * @property {(id: number, target: Uint8Array, received: BigUint64Array, maxMessages: number, peek: boolean, lease: bigint, uid: number) => number} recvv
 * `received` gets a struct slmbx_recvv_msg of each message; with EMSGSIZE its first word is `needed`
 * @property {(id: number, items: BigUint64Array, uid: number) => number} settle items are of struct slmbx_settle_item
 * @property {(after: number, limit: number, ids: BigUint64Array, uid: number) => number} list ids are 32-bit words
 * @property {(id: number, mask: number, maxMessages: bigint, maxBytes: bigint, maxDeliveries: number, deadLetterId: number, owner: number, isProtected: boolean, uid: number) => number} setattr
 * @property {(id: number, uid: number) => number} purge
 * @property {() => 'syscall' | 'device' | 'daemon' | undefined} engine
 * @property {Record<string, number>} errnos numbers of this machine, positive
 */

const path = require('node:path');
/** @type {{ resolve(directory: string): string }} */
// @ts-expect-error -- the package has no types
const nodeGypBuild = require('node-gyp-build');

const root = path.dirname(__dirname);

/** @returns {string} path of the binary for this machine */
function findAddon() {
  try {
    return nodeGypBuild.resolve(root);
  } catch (cause) {
    throw new Error(
      `slmbx-bindings has no binary for ${process.platform}-${process.arch} here: ` +
        'run "make -C syscall-bindings" in a clone of slmbx and copy its prebuilds folder into ' +
        root,
      { cause },
    );
  }
}

/** @returns {Native} */
function loadAddon() {
  return require(findAddon());
}

module.exports = { findAddon, loadAddon };
