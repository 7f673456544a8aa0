import { expect, it } from 'vitest';
import { countRun } from './count-tests.ts';

it('counts what the report says', () => {
  expect(countRun(0, { passed: 12, failed: 0 })).toEqual({ passed: 12, failed: 0 });
  expect(countRun(1, { passed: 12, failed: 3 })).toEqual({ passed: 12, failed: 3 });
});

it('counts a run without a report as one test', () => {
  expect(countRun(0, { passed: 0, failed: 0 })).toEqual({ passed: 1, failed: 0 });
  expect(countRun(137, { passed: 0, failed: 0 })).toEqual({ passed: 0, failed: 1 });
});

it('never takes a run that ended badly for a good one', () => {
  expect(countRun(1, { passed: 12, failed: 0 })).toEqual({ passed: 12, failed: 1 });
});
