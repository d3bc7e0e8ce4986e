import { stripVTControlCharacters } from 'node:util';
import { addOutcomes, emptyOutcome, failure, type Outcome, skip } from './tally';

/** The part of `jest --json` that counts here. */
interface JestReport {
  testResults: {
    name: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
  }[];
}

function firstLine(text: string | undefined): string {
  return (
    stripVTControlCharacters(text ?? '')
      .trim()
      .split('\n')[0] ?? ''
  );
}

function judge(file: JestReport['testResults'][number]): Outcome[] {
  const name = file.name.split('/').pop() ?? file.name;
  // A file that couldn't be loaded has no test to fail.
  if (file.assertionResults.length === 0) return [failure(`${name}: ${firstLine(file.message) || 'no test in it'}`)];
  return file.assertionResults.map(({ status, fullName, failureMessages }) => {
    if (status === 'passed') return { ...emptyOutcome(), passed: 1 };
    if (status === 'failed') return failure(`${name}: ${fullName}: ${firstLine(failureMessages?.[0])}`);
    return skip(`${name}: ${fullName}`);
  });
}

/** Judges what `jest --json` wrote. Text that isn't that is what a jest that crashed leaves: a failure. */
export function parseJest(text: string): Outcome {
  let report: JestReport;
  try {
    report = JSON.parse(text) as JestReport;
  } catch {
    return failure('jest left no report');
  }
  if (report.testResults.length === 0) return failure('jest found no test');
  return addOutcomes(report.testResults.flatMap(judge));
}
