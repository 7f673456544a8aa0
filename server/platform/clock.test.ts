import { expect, it } from 'vitest';
import { backoffMs, sleep } from './clock.ts';

it('backs off with full jitter, between nothing and a minute', () => {
  expect(backoffMs(1, () => 1)).toBe(2_000);
  expect(backoffMs(3, () => 0.5)).toBe(4_000);
  expect(backoffMs(3, () => 0)).toBe(0);
  expect(backoffMs(1_000, () => 1)).toBe(60_000);
});

it('ends a sleep with the reason of the signal', async () => {
  const controller = new AbortController();
  const sleeping = sleep(3_600_000, controller.signal);
  const reason = new Error('stopping');
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(sleep(3_600_000, controller.signal)).rejects.toBe(reason);
});
