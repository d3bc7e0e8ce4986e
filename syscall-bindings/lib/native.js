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
