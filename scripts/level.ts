import { type BuildStep, compiler } from './build-steps';
import type { DebianPackage } from './debian';

/** How what a command printed or left becomes a tally: `exit` makes it one test of its exit code. */
export type Reading = 'tap' | 'jest' | 'exit';

export interface LevelCommand {
  /** Tells the commands of a level apart in what is reported. */
  name: string;
  argv: readonly string[];
  reads: Reading;
  /** Where jest leaves its report; for `reads: 'jest'` alone. */
  report?: string;
  env?: Record<string, string>;
}

/** One row of what `npm test` runs. */
export interface Level {
  name: string;
  packages: readonly DebianPackage[];
  /** Parts of the product that must be there. */
  needs: readonly BuildStep[];
  /** Builds of the tests' own programs, one after the other. */
  prepare: readonly (readonly string[])[];
  commands: readonly LevelCommand[];
  /** The commands may run at the same time; else one after the other. @default false */
  parallel?: boolean;
  /** Only root can run it, for it takes other users' places. @default false */
  needsRoot?: boolean;
  /** For each command, and each of `prepare`. */
  timeoutSeconds: number;
}

/** What test programs in C are built with. */
export const check: DebianPackage = { name: 'check' };

/** `make` in a folder, with two jobs: CI has two cores. */
export function make(directory: string, ...words: string[]): string[] {
  return ['make', '-s', '-C', directory, '-j2', ...words];
}

/** Makes a libcheck program print TAP, and nothing else, to standard output. */
export const libcheckTap = { CK_TAP_LOG_FILE_NAME: '-', CK_VERBOSITY: 'silent' };

/** What the end-to-end tests use beside the product: shells that completion is for, and tools of Debian's base. */
export const endToEnd: readonly DebianPackage[] = [
  ...compiler,
  { name: 'bash', command: 'bash' },
  { name: 'fish', command: 'fish' },
  { name: 'procps', command: 'ps' },
  { name: 'util-linux', command: 'setpriv' },
  { name: 'zsh', command: 'zsh' },
];
