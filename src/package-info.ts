import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Root of the package: holds package.json and proto/, next to dist/ or src/. */
export const PACKAGE_ROOT = join(__dirname, '..');

/** Where the public protos start. */
export const PROTO_ROOT = join(PACKAGE_ROOT, 'proto');

/** Version in package.json. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new Error('package.json has no version');
  }
  return String(manifest.version);
}
