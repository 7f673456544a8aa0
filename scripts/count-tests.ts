/**
 * Adds up what the test runners reported in a folder, names what failed (at the end, where a cut log still shows it) and
 * ends with the line "N passed, N failed":
 * count-tests.ts FOLDER, with NAME.status (an exit status) for each run, NAME.json where the runner wrote a report, and
 * NAME.again.status and NAME.again.json where vitest ran once more what had failed.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type PlaywrightReport, type Report, readPlaywright, readVitest, type VitestReport } from './test-report.ts';

const nothing: Report = { passed: 0, failed: 0, failures: [], unstable: [] };

/** What one run adds. Without a report the run as a whole is the test; a bad end always counts as a failure at least. */
export function countRun(status: number, report: Report): Report {
  const isSilent = report.passed + report.failed === 0;
  if (status === 0) return isSilent ? { ...report, passed: 1 } : report;
  const ended = `ended with exit status ${status}; its output above says why`;
  const failures = report.failures.length > 0 ? report.failures : [ended];
  return { ...report, failed: Math.max(report.failed, 1), failures };
}

function readRun(folder: string, name: string): Report {
  const read = <T>(file: string): T | undefined => {
    const path = join(folder, file);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
  };
  const status = read<number>(`${name}.again.status`) ?? read<number>(`${name}.status`) ?? 1;
  const report = read<VitestReport | PlaywrightReport>(`${name}.json`);
  if (!report) return countRun(status, nothing);
  if ('stats' in report) return countRun(status, readPlaywright(report));
  return countRun(status, readVitest(report, read<VitestReport>(`${name}.again.json`)));
}

function main(folder: string): void {
  const names = globSync(join(folder, '*.status')).map((path) => basename(path, '.status'));
  const counts = names.filter((name) => !name.endsWith('.again')).map((name) => ({ name, ...readRun(folder, name) }));
  for (const { name, passed, failed } of counts) console.log(`${name}: ${passed} passed, ${failed} failed`);
  for (const { name, unstable } of counts)
    for (const text of unstable) console.log(`UNSTABLE (passed when run again) ${name}: ${text}`);
  for (const { name, failures } of counts) for (const text of failures) console.log(`FAILED ${name}: ${text}`);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && counts.length > 0 ? 0 : 1;
}

if (import.meta.main) main(process.argv[2] ?? '.');
