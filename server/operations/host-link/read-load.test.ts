import { expect, it } from 'vitest';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { cpuShare, parseLoad, readLoad } from './read-load.ts';

const reading = (cpu: string) => parseLoad(`cpu=${cpu}\ntotal=1000\navailable=250\n`);

it('reads counters and memory', () => {
  expect(reading('100 0 50 800 50 0 0 0 0 0')).toEqual({ busyTicks: 150, totalTicks: 1000, memory: 0.75 });
  expect(parseLoad('')).toBeNull();
  expect(parseLoad('cpu=1 2 3\ntotal=0\navailable=0')).toBeNull();
});

it('tells the share between two readings, and nothing after a restart', () => {
  const before = reading('100 0 50 800 50 0 0 0 0 0')!;
  expect(cpuShare(before, reading('130 0 60 850 60 0 0 0 0 0')!)).toBe(0.4);
  expect(cpuShare(before, before)).toBeNull();
  expect(cpuShare(before, reading('1 0 1 5 0 0 0 0 0 0')!)).toBeNull();
});

it('reads this machine', async () => {
  const load = await readLoad(new LocalMachine(), { signal: AbortSignal.timeout(60_000), timeoutMs: 60_000 });
  expect(load?.totalTicks).toBeGreaterThan(0);
  expect(load?.memory).toBeGreaterThan(0);
  expect(load?.memory).toBeLessThanOrEqual(1);
});
