import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What makes a step's results what they are, and the results. Paths are absolute. */
export interface Subject {
  /** The command and its options: another key, another result. */
  key: string;
  /** Files and folders, the latter wholly but for `ignored`. One that doesn't exist counts as such. */
  inputs: readonly string[];
  /** File and folder names left out wherever they stand. */
  ignored?: RegExp;
  /** Files and folders that must be there. */
  outputs: readonly string[];
}

interface Seen {
  size: number;
  mtimeMs: number;
  sha256: string;
}

/** One moment of the inputs. */
export interface Snapshot {
  key: string;
  files: Record<string, Seen>;
}

function filesBelow(path: string, ignored: RegExp | undefined): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !(ignored?.test(name) ?? false))
    .sort()
    .flatMap((name) => filesBelow(join(path, name), ignored));
}

function read(stampFile: string): Snapshot | undefined {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8')) as Snapshot;
  } catch {
    // None yet, or one that an interrupted run left half written: build anew.
    return undefined;
  }
}

/** The inputs as they are now; a file of the size and time that `known` has isn't read again. */
export function snapshot(subject: Subject, known?: Snapshot): Snapshot {
  const files: Record<string, Seen> = {};
  for (const path of subject.inputs.flatMap((input) => filesBelow(input, subject.ignored))) {
    const { size, mtimeMs } = statSync(path);
    const before = known?.files[path];
    const read = before?.size !== size || before.mtimeMs !== mtimeMs;
    const sha256 = read ? createHash('sha256').update(readFileSync(path)).digest('hex') : before.sha256;
    files[path] = { size, mtimeMs, sha256 };
  }
  return { key: subject.key, files };
}

function sameContent(a: Snapshot, b: Snapshot): boolean {
  const contents = (of: Snapshot): string =>
    JSON.stringify([of.key, Object.entries(of.files).map(([path, seen]) => [path, seen.sha256])]);
  return contents(a) === contents(b);
}

/** The outputs are there, made from inputs of this content. */
export function isFresh(stampFile: string, subject: Subject): boolean {
  const known = read(stampFile);
  return (
    known !== undefined &&
    subject.outputs.every((path) => existsSync(path)) &&
    sameContent(known, snapshot(subject, known))
  );
}

/** Records that the outputs were made from `inputs`, a snapshot from before they were made. */
export function writeStamp(stampFile: string, inputs: Snapshot): void {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(inputs));
}
