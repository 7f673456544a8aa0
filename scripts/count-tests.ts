/**
 * Adds up what the test runners reported in a folder, names what failed (at the end, where a cut log still shows it) and
 * ends with the line "N passed, N failed":
 * count-tests.ts FOLDER, with NAME.status (an exit status) for each run and NAME.json where the runner wrote a report.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Report {
  passed: number;
  failed: number;
  /** One line for each test that failed: where, its name, and the first lines of why. */
  failures: string[];
}

/** vitest's JSON reporter, which speaks Jest's format. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

interface PlaywrightSuite {
  specs?: { title: string; file: string; ok: boolean; tests: { results: { error?: { message?: string } }[] }[] }[];
  suites?: PlaywrightSuite[];
}

/** Playwright's JSON reporter: a flaky test is one that passed in the end. */
interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
  suites: PlaywrightSuite[];
}

const reasonLines = 6;
const reasonOf = (message = ''): string =>
  stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim())
    .slice(0, reasonLines)
    .map((line) => `\n      ${line.trimEnd()}`)
    .join('');

const failuresOfVitest = ({ testResults }: VitestReport): string[] =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((one) => one.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}${reasonOf(message)}`] : [];
    return failed.map((one) => `${file} › ${one.fullName}${reasonOf(one.failureMessages?.[0])}`);
  });

const failuresOfPlaywright = ({ specs = [], suites = [] }: PlaywrightSuite): string[] => [
  ...specs
    .filter(({ ok }) => !ok)
    .map(({ file, title, tests }) => {
      const error = tests.flatMap(({ results }) => results).find((result) => result.error)?.error;
      return `${file} › ${title}${reasonOf(error?.message)}`;
    }),
  ...suites.flatMap(failuresOfPlaywright),
];

/** What a runner's JSON report says, of vitest or of Playwright. */
export function readReport(report: VitestReport | PlaywrightReport): Report {
  if ('stats' in report) {
    const { expected, flaky, unexpected } = report.stats;
    return { passed: expected + flaky, failed: unexpected, failures: report.suites.flatMap(failuresOfPlaywright) };
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests, failures: failuresOfVitest(report) };
}

const nothing: Report = { passed: 0, failed: 0, failures: [] };

/** What one run adds. Without a report the run as a whole is the test; a bad end always counts as a failure at least. */
export function countRun(status: number, { passed, failed, failures }: Report): Report {
  const isSilent = passed + failed === 0;
  if (status === 0) return isSilent ? { passed: 1, failed: 0, failures } : { passed, failed, failures };
  const named = failures.length > 0 ? failures : [`ended with exit status ${status}; its output above says why`];
  return { passed, failed: Math.max(failed, 1), failures: named };
}

function main(folder: string): void {
  const counts = globSync(join(folder, '*.status')).map((path) => {
    const name = basename(path, '.status');
    const report = join(folder, `${name}.json`);
    const read = existsSync(report) ? readReport(JSON.parse(readFileSync(report, 'utf8'))) : nothing;
    return { name, ...countRun(Number(readFileSync(path, 'utf8')), read) };
  });
  for (const { name, passed, failed } of counts) console.log(`${name}: ${passed} passed, ${failed} failed`);
  for (const { name, failures } of counts) for (const failure of failures) console.log(`FAILED ${name}: ${failure}`);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && counts.length > 0 ? 0 : 1;
}

if (import.meta.main) main(process.argv[2] ?? '.');
