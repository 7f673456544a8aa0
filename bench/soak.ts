import { randomInt } from 'node:crypto';
import { startOwnWorld } from '../e2e/own-world.ts';
import { compareWithHost, runDoctor, waitUntilSettled } from '../e2e/soak/compare-with-host.ts';
import { runSoak } from '../e2e/soak/run-soak.ts';
import { makeSoakPlan } from '../e2e/soak/soak-plan.ts';
import { percentile } from './measure.ts';

/**
 * kill -9 of web, worker and PostgreSQL while instances are created and deleted: `node bench/soak.ts [operations] [seed]`.
 * Ends with 1 when anything was lost, left behind or stuck. A run is repeated by its seed.
 */
const operations = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const plan = makeSoakPlan({ seed, operations, kills: Math.max(3, Math.round(operations / 7)) });
const begun = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);

const world = await startOwnWorld('soak', { image: true });
try {
  say(`seed ${seed}: ${plan.jobs.length} instances, ${plan.kills.length} kills`);
  const report = await runSoak(world, plan, say);
  const complaints = [...report.complaints];
  const check = async (when: string): Promise<void> => {
    await waitUntilSettled(world).catch((error: Error) => complaints.push(`${when}, not settled: ${error.message}`));
    const { healthy, violations, hosts } = await runDoctor(world);
    if (!healthy) complaints.push(`${when}, atoll doctor: ${JSON.stringify({ violations, hosts })}`);
    const { host, rows } = await compareWithHost(world);
    if (JSON.stringify(host) !== JSON.stringify(rows)) complaints.push(`${when}: ${JSON.stringify({ host, rows })}`);
    say(
      `${when}: ${Object.entries(host)
        .map(([what, names]) => `${names.length} ${what}`)
        .join(', ')}`,
    );
  };
  await check('after the kills');
  for (const { id } of report.kept) {
    const path = `/projects/${world.project.slug}/instances/${id}`;
    const { operation } = await world.client.delete<{ operation: { id: string } }>(path);
    await world.client.finished(operation);
  }
  await check('after deleting what was kept');
  const { durationsMs, kills, repeatedRequests } = report;
  say(`${report.operations} operations, ${kills} kills, ${repeatedRequests} requests sent again`);
  say(
    `request to end: median ${percentile(durationsMs, 50).toFixed(0)} ms, p95 ${percentile(durationsMs, 95).toFixed(0)} ms`,
  );
  for (const complaint of complaints) say(`WRONG  ${complaint}`);
  say(
    complaints.length === 0
      ? `seed ${seed}: everything is as it must be`
      : `seed ${seed}: ${complaints.length} complaints`,
  );
  if (complaints.length > 0) process.exitCode = 1;
} finally {
  await world.stop();
}
