import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The checkout: the nearest folder upwards with the lock file, from build/scripts as from scripts. */
function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('package-lock.json is in no folder above this script');
  return findRoot(parent);
}

export const root = findRoot(__dirname);

/** A path below the checkout. */
export function inRoot(...parts: string[]): string {
  return join(root, ...parts);
}

/** A path as a person in the checkout would write it. */
export function fromRoot(path: string): string {
  return relative(root, path);
}

export const logDirectory = inRoot('build', 'logs');
export const stampDirectory = inRoot('build', 'stamps');
