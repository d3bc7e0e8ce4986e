import { readFileSync, writeFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import type * as Bindings from 'slmbx-bindings';
import type { Engine, Quotas } from './engine';

const SYSCTLS = '/proc/sys/kernel/slmbx';

/** Shuts the kernel's system down, whatever is in it, and sets the quotas. `stop` leaves it as it was. */
export function resetKernel(name: 'syscall' | 'device', { maxBytesPerUid, maxMailboxesPerUid }: Quotas): Engine {
  const bindings = loadBindings(name);
  if (bindings.engine() !== name) throw new Error(`this kernel has no engine "${name}"`);
  shutDown(bindings);
  const restore = [
    ...(maxBytesPerUid === undefined ? [] : [setSysctl('max_bytes_per_uid', maxBytesPerUid)]),
    ...(maxMailboxesPerUid === undefined ? [] : [setSysctl('max_mailboxes_per_uid', maxMailboxesPerUid)]),
  ];
  return {
    env: { SLMBX_ENGINE: name },
    stop: () => {
      for (const undo of restore) undo();
      shutDown(bindings);
      return Promise.resolve();
    },
  };
}

/** The add-on, in this very process: a process of its own takes a second in a guest. */
function loadBindings(name: string): typeof Bindings {
  // jest hands each test file a copy of `process`, whose environment C code never sees.
  (runInThisContext('process') as NodeJS.Process).env['SLMBX_ENGINE'] = name;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- it loads C code, and only these engines want it
  return require('slmbx-bindings') as typeof Bindings;
}

function shutDown(bindings: typeof Bindings): void {
  try {
    bindings.shutdown();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENODEV') throw error;
  }
}

function setSysctl(name: string, value: number): () => void {
  const path = `${SYSCTLS}/${name}`;
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, String(value));
  return () => writeFileSync(path, before);
}
