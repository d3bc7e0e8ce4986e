import { parseJest } from './jest-report';

function report(...testResults: unknown[]): string {
  return JSON.stringify({ testResults });
}

const passed = { status: 'passed', fullName: 'adds', failureMessages: [] };

describe('parseJest', () => {
  it('counts each status', () => {
    const statuses = ['passed', 'failed', 'pending', 'skipped', 'todo', 'disabled'];
    const assertionResults = statuses.map((status) => ({ status, fullName: status, failureMessages: [] }));
    const outcome = parseJest(report({ name: '/a/b.spec.ts', message: '', assertionResults }));
    expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 4 });
  });

  it('names a failure with its file and the first line of its message, without colours', () => {
    const failed = {
      status: 'failed',
      fullName: 'adds up',
      failureMessages: ['\u001b[31mError: 1 is not 2\u001b[39m\n  at x'],
    };
    const { failures } = parseJest(report({ name: '/a/b.spec.ts', message: '', assertionResults: [passed, failed] }));
    expect(failures).toEqual(['b.spec.ts: adds up: Error: 1 is not 2']);
  });

  it('has a failure for a file that could not be loaded', () => {
    const broken = { name: '/a/c.spec.ts', message: 'Cannot find module\nmore', assertionResults: [] };
    const fine = { name: '/a/b.spec.ts', message: '', assertionResults: [passed] };
    expect(parseJest(report(fine, broken))).toMatchObject({
      passed: 1,
      failed: 1,
      failures: ['c.spec.ts: Cannot find module'],
    });
  });

  it.each(['', '{', report()])('has a failure where there is no test: %j', (text) => {
    expect(parseJest(text)).toMatchObject({ passed: 0, failed: 1 });
  });
});
