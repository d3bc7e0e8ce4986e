import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFresh, snapshot, type Subject, writeStamp } from './stamp';

describe('a stamp', () => {
  let directory: string;
  let stampFile: string;
  let subject: Subject;
  const at = (...parts: string[]): string => join(directory, ...parts);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'slmbx-stamp-'));
    mkdirSync(at('in', 'deep'), { recursive: true });
    writeFileSync(at('in', 'a.c'), 'int a;');
    writeFileSync(at('in', 'deep', 'b.c'), 'int b;');
    writeFileSync(at('out'), 'made');
    stampFile = at('stamps', 'x.json');
    subject = { key: 'cc', inputs: [at('in')], ignored: /\.o$/, outputs: [at('out')] };
    writeStamp(stampFile, snapshot(subject));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('is fresh as long as nothing changed', () => {
    expect(isFresh(stampFile, subject)).toBe(true);
  });

  it('is fresh for files that are newer but the same', () => {
    utimesSync(at('in', 'a.c'), new Date(), new Date(Date.now() + 60_000));
    expect(isFresh(stampFile, subject)).toBe(true);
  });

  it('is fresh beside new files that are ignored', () => {
    writeFileSync(at('in', 'a.o'), '');
    expect(isFresh(stampFile, subject)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['an input of another size', () => writeFileSync(at('in', 'deep', 'b.c'), 'int b = 1;')],
    ['an input of the same size', () => writeFileSync(at('in', 'a.c'), 'int c;')],
    ['a new input', () => writeFileSync(at('in', 'c.c'), '')],
    ['an input that went', () => rmSync(at('in', 'a.c'))],
    ['an output that went', () => rmSync(at('out'))],
    ['a stamp that went', () => rmSync(stampFile)],
    ['half a stamp', () => writeFileSync(stampFile, '{"key":"cc"')],
    ['another key', () => (subject = { ...subject, key: 'clang' })],
  ])('is stale after %s', (_, change) => {
    change();
    expect(isFresh(stampFile, subject)).toBe(false);
  });

  it('holds a file it never saw changed by its content alone', () => {
    const before = snapshot(subject);
    writeFileSync(at('in', 'a.c'), 'int c;');
    writeStamp(stampFile, before);
    expect(isFresh(stampFile, subject)).toBe(false);
  });
});
