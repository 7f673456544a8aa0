import { expect, test } from 'vitest';
import { DriverError } from '#server/drivers/driver.ts';
import { Breaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';

const silent = () => Promise.reject(new DriverError('timeout', 'no answer', { outcome: 'unknown' }));
const refused = () => Promise.reject(new DriverError('driver_failed', 'no', { outcome: 'not_done' }));

async function codes(breaker: Breaker, work: () => Promise<unknown>, times: number): Promise<string[]> {
  const seen: string[] = [];
  for (let turn = 0; turn < times; turn += 1)
    seen.push(
      await breaker.run(work).then(
        () => 'ok',
        (error: DriverError) => error.code,
      ),
    );
  return seen;
}

test('five silences in 30 s open the breaker; after the pause one call tries', async () => {
  let now = 0;
  const breaker = new Breaker({ label: 'host-1', now: () => now });
  expect(await codes(breaker, silent, 6)).toEqual([...Array(5).fill('timeout'), 'host_unreachable']);
  now = 5_000;
  const probe = Promise.withResolvers<string>();
  const trying = breaker.run(() => probe.promise);
  expect(await codes(breaker, silent, 1)).toEqual(['host_unreachable']);
  probe.resolve('here');
  expect(await trying).toBe('here');
  expect(await codes(breaker, silent, 5)).toEqual(Array(5).fill('timeout'));
});

test('a failed probe starts the pause again', async () => {
  let now = 0;
  const breaker = new Breaker({ label: 'host-1', now: () => now });
  await codes(breaker, silent, 5);
  now = 5_000;
  expect(await codes(breaker, silent, 2)).toEqual(['timeout', 'host_unreachable']);
});

test('old silences and refusals do not open it', async () => {
  let now = 0;
  const breaker = new Breaker({ label: 'host-1', now: () => now });
  await codes(breaker, silent, 4);
  now = 31_000;
  expect(await codes(breaker, silent, 1)).toEqual(['timeout']);
  expect(await codes(breaker, refused, 20)).toEqual(Array(20).fill('driver_failed'));
});

test('no more run at once than there are places, in the order they came', async () => {
  const bulkhead = new Bulkhead(2);
  const { signal } = new AbortController();
  const started: number[] = [];
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const all = ends.map((end, index) =>
    bulkhead.run(signal, async () => {
      started.push(index);
      await end.promise;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  ends[1]?.resolve();
  await all[1];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2]);
  for (const end of ends) end.resolve();
  await Promise.all(all);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('who gives up while waiting leaves the line', async () => {
  const bulkhead = new Bulkhead(1);
  const first = Promise.withResolvers<void>();
  const running = bulkhead.run(new AbortController().signal, () => first.promise);
  const impatient = new AbortController();
  const waiting = bulkhead.run(impatient.signal, async () => 'never');
  impatient.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled', outcome: 'not_done' });
  first.resolve();
  await running;
  expect(await bulkhead.run(new AbortController().signal, async () => 'next')).toBe('next');
});
