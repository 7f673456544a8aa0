/**
 * Adds up what the test runners reported in a folder and ends with the line "N passed, N failed":
 * count-tests.ts FOLDER, with NAME.status (an exit status) for each run and NAME.json where the runner wrote a report.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Count {
  passed: number;
  failed: number;
}

/** vitest's JSON reporter, which speaks Jest's format. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
}

/** Playwright's JSON reporter: a flaky test is one that passed in the end. */
interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
}

function readReport(path: string): Count {
  if (!existsSync(path)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport | PlaywrightReport;
  return 'stats' in report
    ? { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected }
    : { passed: report.numPassedTests, failed: report.numFailedTests };
}

/** What one run adds. Without a report the run as a whole is the test; a bad end always counts as a failure at least. */
export function countRun(status: number, report: Count): Count {
  const isSilent = report.passed + report.failed === 0;
  if (status === 0) return isSilent ? { passed: 1, failed: 0 } : report;
  return { passed: report.passed, failed: Math.max(report.failed, 1) };
}

function main(folder: string): void {
  const counts = globSync(join(folder, '*.status')).map((path) => {
    const name = basename(path, '.status');
    const count = countRun(Number(readFileSync(path, 'utf8')), readReport(join(folder, `${name}.json`)));
    console.log(`${name}: ${count.passed} passed, ${count.failed} failed`);
    return count;
  });
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && counts.length > 0 ? 0 : 1;
}

if (import.meta.main) main(process.argv[2] ?? '.');
