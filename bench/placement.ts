import { availableParallelism, loadavg } from 'node:os';
import { azureTrace } from './placement/azure-trace.ts';
import { measureCommitted } from './placement/committed.ts';
import { type Decisions, measureDecisions, measureDefinition } from './placement/decisions.ts';
import { packers, replay } from './placement/packing.ts';

/**
 * Placement: decisions per second and their p99 on one core, committed placements per second with three schedulers on one
 * PostgreSQL, and hosts in use over the lower bound on a generated trace (bench/placement/azure-trace.ts; seed fixed), the
 * product's policy pack beside first fit and random. `node bench/placement.ts [requests] [claims per scheduler]`
 */
const requests = Number(process.argv[2] ?? 100_000);
const claims = Number(process.argv[3] ?? 500);
const trace = { seed: 2017, days: 9.2, sample: 0.28 };
const shapes = [
  { vcpus: 64, memoryMiB: 262_144 },
  { vcpus: 64, memoryMiB: 131_072 },
];

const load = (): string => `load ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores`;
const line = (name: string, { perSecond, p50Ms, p99Ms, maxMs }: Decisions): void =>
  console.log(
    `  ${name.padEnd(34)} ${String(perSecond).padStart(7)} /s   p50 ${p50Ms.toFixed(3)} ms   p99 ${p99Ms.toFixed(3)} ms   max ${maxMs.toFixed(1)} ms`,
  );

console.log(`Pure decisions, one core, hosts 70 % full (${requests} requests; ${load()})`);
for (const hosts of [1_000, 10_000]) {
  line(`index, ${hosts} hosts`, measureDecisions(hosts, requests));
  line(`plain definition, ${hosts} hosts`, measureDefinition(hosts, hosts === 1_000 ? 300 : 50));
}

console.log(`\nCommitted placements, 3 schedulers as processes, one PostgreSQL (${claims} each; ${load()})`);
for (const hosts of [1_000, 10_000]) {
  const { perSecond, conflictShare, violations } = await measureCommitted(hosts, 3, claims);
  const share = (conflictShare * 100).toFixed(2);
  console.log(
    `  ${String(hosts).padStart(6)} hosts   ${perSecond} /s   conflicts ${share} %   violations ${violations}`,
  );
}

const vms = azureTrace(trace);
console.log(
  `\nHosts in use over the lower bound (${vms.length} VMs in ${trace.days} days, seed ${trace.seed}, two days warm-up)`,
);
for (const shape of shapes) {
  for (const packer of packers) {
    const { averageOverBound, peakOverBound, peakBound, refused } = replay(vms, shape, packer, 2 * 86_400);
    const name = `${shape.vcpus} vCPU / ${shape.memoryMiB / 1024} GiB   ${packer.padEnd(9)}`;
    const told = `average ${averageOverBound.toFixed(3)}   peak ${peakOverBound.toFixed(3)} of ${peakBound}`;
    console.log(`  ${name}   ${told}${refused > 0 ? `   ${refused} refused` : ''}`);
  }
}
