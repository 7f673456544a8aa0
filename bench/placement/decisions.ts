import { performance } from 'node:perf_hooks';
import { PlacementIndex } from '../../server/scheduler/index/placement-index.ts';
import { placeInstance } from '../../server/scheduler/place-instance.ts';
import { claimInSnapshot, type PlacementRequest } from '../../server/scheduler/snapshot.ts';
import { percentile } from '../measure.ts';
import { seeded } from './azure-trace.ts';
import { likeHosts, requestMix } from './hosts.ts';

export interface Decisions {
  hosts: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

const negative = ({ vcpus, memoryMiB, diskGiB }: PlacementRequest['size']) => ({
  vcpus: -vcpus,
  memoryMiB: -memoryMiB,
  diskGiB: -diskGiB,
});

/**
 * Pure decisions on one core at about 70 % of what the hosts hold: each is a choice among all hosts, claimed in the index, and an old
 * instance leaves for it. No database.
 */
export function measureDecisions(hostCount: number, requestCount: number): Decisions {
  const random = seeded(1);
  const index = new PlacementIndex(likeHosts(hostCount, { vcpus: 64, memoryMiB: 262_144 }, 'pack'));
  const placed: { hostId: string; size: PlacementRequest['size'] }[] = [];
  const place = (request: PlacementRequest): void => {
    const [best] = index.place(request, random);
    if (!best) return;
    index.claim(best.hostId, request.size);
    placed.push({ hostId: best.hostId, size: request.size });
  };
  // The mix has 2.5 vCPUs on average.
  for (const request of requestMix(Math.round((hostCount * 64 * 0.7) / 2.5), 2)) place(request);
  const times: number[] = [];
  for (const request of requestMix(requestCount, 3)) {
    const from = performance.now();
    place(request);
    const [old] = placed.splice(Math.floor(random() * placed.length), 1);
    if (old) index.claim(old.hostId, negative(old.size));
    times.push(performance.now() - from);
  }
  return decisionsOf(hostCount, times);
}

/** The plain definition, filter and score of every host for every request, for comparison. */
export function measureDefinition(hostCount: number, requestCount: number): Decisions {
  const random = seeded(1);
  let hosts = likeHosts(hostCount, { vcpus: 64, memoryMiB: 262_144 }, 'pack');
  const times: number[] = [];
  for (const request of requestMix(requestCount, 3)) {
    const from = performance.now();
    const [best] = placeInstance(request, hosts, random);
    times.push(performance.now() - from);
    if (best) hosts = claimInSnapshot(hosts, best.hostId, request.size);
  }
  return decisionsOf(hostCount, times);
}

function decisionsOf(hosts: number, times: number[]): Decisions {
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    hosts,
    perSecond: Math.round((times.length / total) * 1000),
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    maxMs: percentile(times, 100),
  };
}
