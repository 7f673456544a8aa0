/** One of several schedulers on one database: `scheduler-process.ts URL PROJECTS CLAIMS SEED`. Waits for a line on stdin, then claims. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { claimQuotas, tryClaimHost } from '../../server/db/claim-store.ts';
import { createDb, inTx } from '../../server/db/client.ts';
import { claimPoolQuota } from '../../server/db/pool-quota-store.ts';
import { newId } from '../../server/platform/id.ts';
import { PlacementIndex } from '../../server/scheduler/index/placement-index.ts';
import type { HostSnapshot, PlacementRequest } from '../../server/scheduler/snapshot.ts';
import { loadPlacement } from '../../server/services/placement/load-placement.ts';
import { seeded } from './azure-trace.ts';
import { requestMix } from './hosts.ts';

export interface SchedulerReport {
  committed: number;
  /** Claims that found less room than the index had thought, and went to the next candidate. */
  conflicts: number;
  ms: number;
}

const [url = '', projectList = '', claims = '0', seed = '1'] = process.argv.slice(2);
const projects = projectList.split(',');
const db = createDb(url, { max: 2, applicationName: `bench-scheduler-${seed}` });
const random = seeded(Number(seed));
const view = await loadPlacement(db, { projectId: projects[0] ?? '', imageSha256: null });
const index = new PlacementIndex(view.hosts);
const hosts = new Map(view.hosts.map((host) => [host.id, host]));

/** What the product claims for an instance, in its order of locks; false where the host has no room any more. */
async function claim(hostId: string, request: PlacementRequest): Promise<boolean> {
  const { vcpus, memoryMiB, diskGiB } = request.size;
  const projectId = projects[Math.floor(random() * projects.length)] ?? '';
  const claimFor = { projectId, ownerId: newId() };
  const poolId = hosts.get(hostId)?.pool.id ?? '';
  return inTx(db, async (tx) => {
    const amounts = { instances: 1, vcpus, memoryMiB, diskGiB };
    await claimQuotas(tx, projectId, [{ claimFor, amounts }]);
    await claimPoolQuota(tx, { ...claimFor, poolId }, amounts);
    const short = await tryClaimHost(tx, { ...claimFor, hostId }, { vcpus, memoryMiB, diskGiB });
    if (short.length > 0) throw new Lost();
    return true;
  }).catch((error: unknown) => {
    if (error instanceof Lost) return false;
    throw error;
  });
}

class Lost extends Error {}

/** The host was fuller than the index had thought: it is read again. */
async function refresh(hostId: string): Promise<void> {
  const known = hosts.get(hostId);
  if (!known) return;
  const rows = await db.hostInventory.findMany({ where: { hostId } });
  const used = (resource: string): number => Number(rows.find((row) => row.resource === resource)?.used ?? 0);
  const { vcpus, memoryMiB, diskGiB } = known.capacity;
  const capacity: HostSnapshot['capacity'] = {
    vcpus: { ...vcpus, used: used('vcpus') },
    memoryMiB: { ...memoryMiB, used: used('memoryMiB') },
    diskGiB: { ...diskGiB, used: used('diskGiB') },
  };
  index.put({ ...known, capacity });
}

const poolIds = new Set(view.pools.map(({ id }) => id));
const requests = requestMix(Number(claims), Number(seed)).map((request) => ({ ...request, usablePools: poolIds }));
console.log('ready');
await once(process.stdin, 'data');
const from = performance.now();
let [committed, conflicts] = [0, 0];
for (const request of requests) {
  for (const { hostId } of index.place(request, random)) {
    if (await claim(hostId, request)) {
      index.claim(hostId, request.size);
      committed += 1;
      break;
    }
    conflicts += 1;
    await refresh(hostId);
  }
}
const report: SchedulerReport = { committed, conflicts, ms: performance.now() - from };
console.log(JSON.stringify(report));
await db.$disconnect();
process.exit();
