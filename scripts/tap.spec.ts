import { parseTap } from './tap';

function tally(text: string): number[] {
  const { passed, failed, skipped } = parseTap(text);
  return [passed, failed, skipped];
}

describe('parseTap', () => {
  it('counts points, with the plan before or after them', () => {
    expect(tally('1..3\nok 1 - a\nnot ok 2 - b\nok 3\n')).toEqual([2, 1, 0]);
    expect(tally('ok 1 - a\nok 2 - b\n1..2\n')).toEqual([2, 0, 0]);
  });

  it('reads the version line, comments and diagnostics as no tests', () => {
    expect(
      tally('TAP version 14\n# ok 1 is not a test\n1..1\nok 1 - a\n  ---\n  message: not ok\n  ...\nokay then\n'),
    ).toEqual([1, 0, 0]);
  });

  it('names what failed', () => {
    expect(parseTap('1..2\nnot ok 1 - send: keeps order\nnot ok 2\n').failures).toEqual([
      'send: keeps order',
      'test 2',
    ]);
  });

  it('takes a number sign in a title for a part of it', () => {
    expect(parseTap('1..2\nok 1 - mistake #4\nnot ok 2 - mistake #5 again\n').failures).toEqual(['mistake #5 again']);
  });

  it('counts a skipped test as skipped, with its reason', () => {
    const outcome = parseTap('1..2\nok 1 - two uids # SKIP needs root\nok 2 - a # skip\n');
    expect(outcome).toMatchObject({ passed: 0, failed: 0, skipped: 2, reasons: ['needs root', 'a'] });
  });

  it('counts a failure that was foreseen as skipped, and its success as passed', () => {
    expect(tally('1..2\nnot ok 1 - a # TODO later\nok 2 - b # TODO later\n')).toEqual([1, 0, 1]);
  });

  it('counts a producer that plans nothing as one skipped test', () => {
    expect(tally('1..0 # SKIP no such engine\n')).toEqual([0, 0, 1]);
  });

  it('adds up several producers', () => {
    expect(tally('ok 1 - a\n1..1\nok 1 - b\nnot ok 2 - c\n1..2\n')).toEqual([2, 1, 0]);
  });

  it('leaves subtests to the line that sums them up', () => {
    expect(tally('1..1\n    1..2\n    ok 1 - x\n    not ok 2 - y # TODO\nok 1 - a\n')).toEqual([1, 0, 0]);
  });

  it.each([
    ['nothing at all', ''],
    ['points but no plan', 'ok 1 - a\n'],
    ['fewer tests than planned', '1..2\nok 1 - a\n'],
    ['more tests than planned', '1..1\nok 1 - a\nok 2 - b\n'],
    ['a bail out', '1..1\nok 1 - a\nBail out! no memory\n'],
  ])('has a failure for %s', (_, text) => {
    expect(parseTap(text).failed).toBe(1);
  });

  it('reads lines that end in CRLF', () => {
    expect(tally('1..1\r\nok 1 - a\r\n')).toEqual([1, 0, 0]);
  });
});
