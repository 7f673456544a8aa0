import { expect, it } from 'vitest';
import { backoffMs, DEFAULT_BACKOFF } from './backoff.ts';

it('stays between 0.2 s and a ceiling that doubles up to 30 s', () => {
  expect([0, 1, 2, 3, 8, 1000].map((failures) => backoffMs(failures, DEFAULT_BACKOFF, () => 1))).toEqual([
    200, 400, 800, 1_600, 30_000, 30_000,
  ]);
  expect([0, 5, 1000].map((failures) => backoffMs(failures, DEFAULT_BACKOFF, () => 0))).toEqual([200, 200, 200]);
});
