// @ts-check
'use strict';

const { constants } = require('node:os');

/** What an errno means, unless the call means something else by it. */
const TEXTS = Object.freeze(
  /** @type {Record<string, string>} */ ({
    E2BIG: 'the engine is older than this library and lacks what was asked for',
    EACCES: "the daemon's socket may not be used, or its daemon does not let this process act for another uid",
    ECONNREFUSED: 'no daemon listens on the socket; start slmbxd',
    EDQUOT: 'quota of the uid, or limit of the mailbox, exceeded',
    EFAULT: 'the memory cannot be accessed',
    EINVAL: 'SLMBX_ENGINE must be auto, syscall, device or daemon',
    ELOOP: 'dead letters would come back to this mailbox, or through more than 32 others',
    EMFILE: 'too many open files, so no connection to the daemon',
    EMSGSIZE: 'the first message is longer than maxBytes',
    ENAMETOOLONG: "the path of the daemon's socket is too long",
    ENFILE: 'too many open files on this machine, so no connection to the daemon',
    ENODEV: 'the mailbox system is not initialised',
    ENOENT: 'no such mailbox',
    ENOMEM: 'out of memory',
    ENOSYS: 'this machine lacks the engine that SLMBX_ENGINE names',
    EPERM: 'the mailbox is protected and belongs to another uid',
    EPROTO: 'the daemon speaks another protocol',
    ESRCH: 'the mailbox is empty',
    ESTALE: 'no such lease, or no more',
    EUSERS: 'the daemon has no connection left',
  }),
);

/** What a call means by it, which it can only say if there is an engine. */
const TEXTS_OF_CALL = Object.freeze(
  /** @type {Record<string, Record<string, string>>} */ ({
    slmbx_init: {
      EEXIST: 'the mailbox system is initialised already',
      EINVAL: 'ptrs must be at least 1, and prob 2, 4, 8 or 16',
      EPERM: 'only root, or the uid the daemon runs as, may do this',
    },
    slmbx_shutdown: { EPERM: 'only root, or the uid the daemon runs as, may do this' },
    slmbx_create: {
      EEXIST: 'the mailbox exists already',
      EINVAL: 'the id of a mailbox must not be 0 or 4294967295',
    },
    slmbx_recvv: { EINVAL: 'messages are leased or looked at, not both' },
    slmbx_settle: { EINVAL: 'acknowledge takes no time, and extend at least 1 ns' },
    slmbx_setattr: {
      EINVAL: 'the id of a dead-letter mailbox must not be 4294967295',
      EPERM: 'only the owner of the mailbox, or uid 0, may do this, and uid 0 alone change the owner',
    },
  }),
);

class SlmbxError extends Error {
  /**
   * @param {string} message
   * @param {{ code: string, errno: number, syscall: string, needed?: bigint }} details
   */
  constructor(message, { code, errno, syscall, needed }) {
    super(message);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    if (needed !== undefined) this.needed = needed;
  }
}
// Where Error and its subclasses have it: no property of each error.
Object.defineProperty(SlmbxError.prototype, 'name', { value: 'SlmbxError', writable: true, configurable: true });

/**
 * @param {import('./native').Native} native
 * @returns {(errno: number, syscall: string, id?: number, needed?: bigint) => SlmbxError} of a call's negative result
 */
function errorFactory(native) {
  const names = new Map(
    [...Object.entries(constants.errno), ...Object.entries(native.errnos)].map(([name, number]) => [-number, name]),
  );

  /**
   * @param {string} code
   * @param {string} syscall
   */
  function textOf(code, syscall) {
    const ofCall = TEXTS_OF_CALL[syscall]?.[code];
    if (ofCall !== undefined && (code !== 'EINVAL' || native.engine() !== undefined)) return ofCall;
    return TEXTS[code] ?? 'the engine failed';
  }

  return (errno, syscall, id, needed) => {
    const code = names.get(errno) ?? `E${-errno}`;
    const subject = id === undefined ? syscall : `${syscall} ${id}`;
    const details = needed === undefined ? { code, errno, syscall } : { code, errno, syscall, needed };
    return new SlmbxError(`${code}: ${textOf(code, syscall)}, ${subject}`, details);
  };
}

module.exports = { SlmbxError, errorFactory };
