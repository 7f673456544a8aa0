/** Prints the test files in which something failed, one per line: failed-files.ts REPORT, a file of vitest's JSON reporter. */
import { readFileSync } from 'node:fs';
import { failedFiles, type VitestReport } from './test-report.ts';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as VitestReport;
for (const file of failedFiles(report)) console.log(file);
