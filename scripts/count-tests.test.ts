import { expect, it } from 'vitest';
import { countRun, readReport } from './count-tests.ts';

const failures: string[] = [];

it('counts what the report says', () => {
  expect(countRun(0, { passed: 12, failed: 0, failures })).toMatchObject({ passed: 12, failed: 0 });
  expect(countRun(1, { passed: 12, failed: 3, failures: ['a'] })).toEqual({ passed: 12, failed: 3, failures: ['a'] });
});

it('counts a run without a report as one test', () => {
  expect(countRun(0, { passed: 0, failed: 0, failures })).toMatchObject({ passed: 1, failed: 0 });
  expect(countRun(137, { passed: 0, failed: 0, failures })).toMatchObject({ passed: 0, failed: 1 });
});

it('never takes a run that ended badly for a good one', () => {
  const count = countRun(1, { passed: 12, failed: 0, failures });
  expect(count).toMatchObject({ passed: 12, failed: 1 });
  expect(count.failures.join()).toContain('exit status 1');
});

it("names vitest's failed tests, and files that did not even load", () => {
  const report = readReport({
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      {
        name: `${process.cwd()}/server/a.test.ts`,
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'adds' },
          {
            status: 'failed',
            fullName: 'takes away',
            failureMessages: ['\u001b[31mAssertionError: 1\u001b[39m\n  at x'],
          },
        ],
      },
      { name: `${process.cwd()}/server/b.test.ts`, status: 'failed', message: 'cannot load', assertionResults: [] },
    ],
  });
  expect(report.failures).toEqual([
    'server/a.test.ts › takes away\n      AssertionError: 1\n        at x',
    'server/b.test.ts\n      cannot load',
  ]);
});

it("names Playwright's failed tests", () => {
  const report = readReport({
    stats: { expected: 3, unexpected: 1, flaky: 0 },
    suites: [
      {
        suites: [
          {
            specs: [
              { title: 'signs in', file: 'a.spec.ts', ok: true, tests: [] },
              {
                title: 'signs out',
                file: 'a.spec.ts',
                ok: false,
                tests: [{ results: [{ error: { message: 'Timeout' } }] }],
              },
            ],
          },
        ],
      },
    ],
  });
  expect(report).toEqual({ passed: 3, failed: 1, failures: ['a.spec.ts › signs out\n      Timeout'] });
});
