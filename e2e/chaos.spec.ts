import { expect, test } from '@playwright/test';
import { type OwnWorld, startOwnWorld } from './own-world.ts';
import { compareWithHost, runDoctor, waitUntilSettled } from './soak/compare-with-host.ts';
import { runSoak } from './soak/run-soak.ts';
import { makeSoakPlan } from './soak/soak-plan.ts';

/** The short form of `node bench/soak.ts`. CHAOS_SEED repeats a run, whose seed the test prints. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
let world: OwnWorld;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  world = await startOwnWorld('reef-chaos', { image: true });
});

test.afterAll(() => world?.stop());

test('kill -9 of web, worker and PostgreSQL loses nothing and leaves nothing behind', async () => {
  test.setTimeout(480_000);
  console.log(`CHAOS_SEED=${seed}`);
  const plan = makeSoakPlan({ seed, operations: 20, kills: 3 });
  const report = await runSoak(world, plan, () => undefined);
  expect(report.complaints).toEqual([]);
  expect(report.kills).toBe(3);
  await waitUntilSettled(world);
  expect(await runDoctor(world)).toMatchObject({ healthy: true, violations: [] });
  const { host, rows } = await compareWithHost(world);
  expect(host).toEqual(rows);
  expect(host.domains.length + host.containers.length).toBe(report.kept.length);

  for (const { id } of report.kept) {
    const path = `/projects/${world.project.slug}/instances/${id}`;
    const { operation } = await world.client.delete<{ operation: { id: string } }>(path);
    expect(await world.client.finished(operation)).toMatchObject({ state: 'succeeded' });
  }
  const after = await compareWithHost(world);
  expect(after.host).toEqual({ domains: [], poolVolumes: [], containers: [], dockerVolumes: [] });
  expect(after.rows).toEqual(after.host);
});
