import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What one run of a test runner comes to. */
export interface Report {
  passed: number;
  failed: number;
  /** One text for each test that failed: where, its name, and the first lines of why. */
  failures: string[];
  /** As `failures`: tests that failed at first and passed when they were run again. */
  unstable: string[];
}

/** vitest's JSON reporter, which speaks Jest's format. */
export interface VitestReport {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

interface PlaywrightSpec {
  title: string;
  file: string;
  ok: boolean;
  tests: { status?: string; results: { error?: { message?: string } }[] }[];
}

interface PlaywrightSuite {
  specs?: PlaywrightSpec[];
  suites?: PlaywrightSuite[];
}

/** Playwright's JSON reporter: a flaky test is one that passed in the end. */
export interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
  suites: PlaywrightSuite[];
}

const reasonLines = 6;

/** `name` with the first lines of a runner's message below it. */
function because(name: string, message = ''): string {
  const lines = stripVTControlCharacters(message).split('\n');
  const reason = lines.filter((line) => line.trim()).slice(0, reasonLines);
  return [name, ...reason.map((line) => `      ${line.trimEnd()}`)].join('\n');
}

interface Verdict {
  isFailed: boolean;
  text: string;
}

/** Every test of a report by file and name; a file that could not be loaded stands as one. */
function verdicts({ testResults }: VitestReport): Map<string, Verdict> {
  const all = new Map<string, Verdict>();
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name);
    if (assertionResults.length === 0 && status === 'failed')
      all.set(file, { isFailed: true, text: because(file, message) });
    for (const test of assertionResults) {
      if (test.status !== 'passed' && test.status !== 'failed') continue;
      const title = `${file} › ${test.fullName}`;
      all.set(title, { isFailed: test.status === 'failed', text: because(title, test.failureMessages?.[0]) });
    }
  }
  return all;
}

/** The files of a vitest report in which something failed, as absolute paths. */
export const failedFiles = ({ testResults }: VitestReport): string[] =>
  testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);

/**
 * What vitest says. `again` is a second run of the files that failed in the first, alone: its word counts, and what passed only then
 * is named as unstable.
 */
export function readVitest(report: VitestReport, again?: VitestReport): Report {
  const first = verdicts(report);
  const second = again ? verdicts(again) : new Map<string, Verdict>();
  const files = new Set(again?.testResults.map(({ name }) => relative(process.cwd(), name)));
  // A file that could not be loaded at first has its tests now.
  const stale = [...first.keys()].filter((key) => files.has(key) && !second.has(key));
  const final = new Map([...first, ...second]);
  const unstable = [...first].filter(([key, { isFailed }]) => isFailed && again && second.get(key)?.isFailed === false);
  const reloaded = stale.map((key) => first.get(key)).filter((verdict) => verdict !== undefined);
  for (const key of stale) final.delete(key);
  const failed = [...final.values()].filter(({ isFailed }) => isFailed);
  return {
    passed: final.size - failed.length,
    failed: failed.length,
    failures: failed.map(({ text }) => text),
    unstable: [...unstable.map(([, { text }]) => text), ...reloaded.map(({ text }) => text)],
  };
}

function allSpecs({ specs = [], suites = [] }: PlaywrightSuite): PlaywrightSpec[] {
  return [...specs, ...suites.flatMap(allSpecs)];
}

const textOf = ({ file, title, tests }: PlaywrightSpec): string => {
  const error = tests.flatMap(({ results }) => results).find((result) => result.error)?.error;
  return because(`${file} › ${title}`, error?.message);
};

/** What Playwright says. */
export function readPlaywright({ stats, suites }: PlaywrightReport): Report {
  const specs = suites.flatMap(allSpecs);
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    failures: specs.filter(({ ok }) => !ok).map(textOf),
    unstable: specs.filter(({ tests }) => tests.some(({ status }) => status === 'flaky')).map(textOf),
  };
}
