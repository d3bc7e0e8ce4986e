import { addOutcomes, failure, isGood, skip, tallyLine } from './tally';

describe('a tally', () => {
  it('sums', () => {
    const one = { passed: 1, failed: 0, skipped: 0, failures: [], reasons: [] };
    expect(addOutcomes([one, failure('a'), skip('b'), one])).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ['a'],
      reasons: ['b'],
    });
    expect(addOutcomes([])).toMatchObject({ passed: 0, failed: 0, skipped: 0 });
  });

  it('is told in one line', () => {
    expect(tallyLine({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped');
  });

  it.each([
    [{ passed: 1, failed: 0, skipped: 0 }, true, true],
    [{ passed: 1, failed: 0, skipped: 1 }, true, false],
    [{ passed: 1, failed: 1, skipped: 0 }, false, false],
    [{ passed: 0, failed: 0, skipped: 0 }, false, false],
    [{ passed: 0, failed: 0, skipped: 1 }, false, false],
  ])('%j is good: %s, where skipping is no excuse: %s', (tally, good, strict) => {
    expect(isGood(tally, false)).toBe(good);
    expect(isGood(tally, true)).toBe(strict);
  });
});
