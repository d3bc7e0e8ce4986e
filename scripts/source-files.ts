import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths';

/** Folders of results and of what npm installs; .gitignore has the same. */
const notOurs = new Set(['.git', 'node_modules', 'build', 'dist', 'generated', 'prebuilds']);

function filesBelow(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Files under version control, or soon to be, by a pattern on the path below the checkout. */
export function sourceFiles(pattern: RegExp): string[] {
  return filesBelow('')
    .filter((path) => pattern.test(path))
    .sort();
}
