import { expect, it } from 'vitest';
import { countRun } from './count-tests.ts';
import { failedFiles, readPlaywright, readVitest } from './test-report.ts';

const none = { failures: [], unstable: [] };

it('counts what the report says', () => {
  expect(countRun(0, { passed: 12, failed: 0, ...none })).toMatchObject({ passed: 12, failed: 0 });
  expect(countRun(1, { ...none, passed: 12, failed: 3, failures: ['a'] })).toMatchObject({ passed: 12, failed: 3 });
});

it('counts a run without a report as one test', () => {
  expect(countRun(0, { passed: 0, failed: 0, ...none })).toMatchObject({ passed: 1, failed: 0 });
  expect(countRun(137, { passed: 0, failed: 0, ...none })).toMatchObject({ passed: 0, failed: 1 });
});

it('never takes a run that ended badly for a good one', () => {
  const count = countRun(1, { passed: 12, failed: 0, ...none });
  expect(count).toMatchObject({ passed: 12, failed: 1 });
  expect(count.failures.join()).toContain('exit status 1');
});

const fileOf = (name: string, tests: Record<string, 'passed' | 'failed' | 'skipped'>) => ({
  name: `${process.cwd()}/${name}`,
  status: Object.values(tests).includes('failed') ? 'failed' : 'passed',
  assertionResults: Object.entries(tests).map(([fullName, status]) => ({
    status,
    fullName,
    failureMessages: status === 'failed' ? ['\u001b[31mAssertionError: 1\u001b[39m\n  at x'] : [],
  })),
});
const broken = (name: string) => ({
  name: `${process.cwd()}/${name}`,
  status: 'failed',
  message: 'cannot load',
  assertionResults: [],
});

it("names vitest's failed tests, and files that did not even load", () => {
  const testResults = [
    fileOf('server/a.test.ts', { adds: 'passed', 'takes away': 'failed', later: 'skipped' }),
    broken('server/b.test.ts'),
  ];
  expect(readVitest({ testResults })).toEqual({
    passed: 1,
    failed: 2,
    failures: [
      'server/a.test.ts › takes away\n      AssertionError: 1\n        at x',
      'server/b.test.ts\n      cannot load',
    ],
    unstable: [],
  });
  expect(failedFiles({ testResults })).toEqual(testResults.map(({ name }) => name));
});

it('takes the second run of a file for its verdict, and says what was unstable', () => {
  const first = {
    testResults: [
      fileOf('a.test.ts', { one: 'passed', two: 'failed', three: 'failed' }),
      fileOf('b.test.ts', { four: 'passed' }),
      broken('c.test.ts'),
    ],
  };
  const again = {
    testResults: [
      fileOf('a.test.ts', { one: 'passed', two: 'passed', three: 'failed' }),
      fileOf('c.test.ts', { five: 'passed' }),
    ],
  };
  const report = readVitest(first, again);
  expect(report).toMatchObject({ passed: 4, failed: 1 });
  expect(report.failures).toMatchObject([expect.stringContaining('a.test.ts › three')]);
  expect(report.unstable).toMatchObject([
    expect.stringContaining('a.test.ts › two'),
    expect.stringContaining('c.test.ts'),
  ]);
});

it("names Playwright's failed and unstable tests", () => {
  const spec = (title: string, ok: boolean, status: string) => ({
    title,
    file: 'a.spec.ts',
    ok,
    tests: [{ status, results: [{ error: { message: 'Timeout' } }] }],
  });
  const report = readPlaywright({
    stats: { expected: 3, unexpected: 1, flaky: 1 },
    suites: [{ suites: [{ specs: [spec('signs in', true, 'flaky'), spec('signs out', false, 'unexpected')] }] }],
  });
  expect(report).toEqual({
    passed: 4,
    failed: 1,
    failures: ['a.spec.ts › signs out\n      Timeout'],
    unstable: ['a.spec.ts › signs in\n      Timeout'],
  });
});
