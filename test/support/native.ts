import { resolve } from 'node:path';

/** A program that `make` has left in build/native. */
export function nativeProgram(...path: string[]): string {
  return resolve(__dirname, '../../build/native', ...path);
}
