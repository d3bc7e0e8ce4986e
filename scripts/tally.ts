/** What a set of tests came to. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** A tally, and what to tell about those that didn't pass. */
export interface Outcome extends Tally {
  /** A line for each failure. */
  failures: string[];
  /** Why tests were skipped. */
  reasons: string[];
}

export function emptyOutcome(): Outcome {
  return { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] };
}

export function failure(line: string): Outcome {
  return { ...emptyOutcome(), failed: 1, failures: [line] };
}

export function skip(reason: string): Outcome {
  return { ...emptyOutcome(), skipped: 1, reasons: [reason] };
}

export function addOutcomes(outcomes: readonly Outcome[]): Outcome {
  const sum = emptyOutcome();
  for (const outcome of outcomes) {
    sum.passed += outcome.passed;
    sum.failed += outcome.failed;
    sum.skipped += outcome.skipped;
    sum.failures.push(...outcome.failures);
    sum.reasons.push(...outcome.reasons);
  }
  return sum;
}

/** The closing line of a run. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run is good if something passed, nothing failed, and, where skipping is no excuse, nothing was skipped. */
export function isGood(tally: Tally, skippedIsFailed: boolean): boolean {
  return tally.failed === 0 && tally.passed > 0 && !(skippedIsFailed && tally.skipped > 0);
}
