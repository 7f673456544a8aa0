import type { Host } from '#server/contract/host.ts';
import type { InstanceState } from '#server/contract/instance-state.ts';
import type { Operation } from '#server/contract/operation.ts';

/** Something that needs a hand. Kinds stand in the order of harm. */
export type Trouble =
  | { kind: 'quarantined' | 'unreachableHost' | 'failedHost' | 'doctor'; host: Host; count: number }
  | { kind: 'poolFull'; host: Host; pool: string; percent: number }
  | { kind: 'stuck'; operation: Operation }
  | { kind: 'quotaRequests'; count: number }
  | { kind: 'instances'; state: (typeof troubledStates)[number]; count: number };

/** States of instances that somebody should look at, worst first. */
export const troubledStates = ['crashed', 'missing', 'failed', 'unreachable'] as const satisfies InstanceState[];

/** A storage pool with less than this share free is told of. */
const lowShare = 0.1;

const harm: Record<Trouble['kind'], number> = {
  quarantined: 0,
  unreachableHost: 1,
  failedHost: 2,
  stuck: 3,
  instances: 4,
  poolFull: 5,
  doctor: 6,
  quotaRequests: 7,
};

function hostTroubles(host: Host): Trouble[] {
  if (host.state === 'quarantined') return [{ kind: 'quarantined', host, count: 1 }];
  if (host.state === 'unreachable') return [{ kind: 'unreachableHost', host, count: 1 }];
  if (host.state === 'failed') return [{ kind: 'failedHost', host, count: 1 }];
  const bad = host.doctor?.checks.filter(({ state }) => state === 'bad').length ?? 0;
  const full = host.pools
    .filter(({ capacityBytes, availableBytes }) => capacityBytes > 0 && availableBytes / capacityBytes < lowShare)
    .map(({ name, capacityBytes, availableBytes }): Trouble => {
      const percent = Math.round((1 - availableBytes / capacityBytes) * 100);
      return { kind: 'poolFull', host, pool: name, percent };
    });
  return [...full, ...(bad > 0 ? [{ kind: 'doctor' as const, host, count: bad }] : [])];
}

/** What needs a hand, sorted by harm. `counts` are the instances of the project by state; `waitingRequests` ask for more quota. */
export function findTroubles(
  hosts: readonly Host[],
  operations: readonly Operation[],
  counts: Readonly<Record<string, number>>,
  waitingRequests: number,
): Trouble[] {
  const stuck = operations
    .filter(({ state }) => state === 'stuck')
    .map((operation): Trouble => ({ kind: 'stuck', operation }));
  const instances = troubledStates
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state): Trouble => ({ kind: 'instances', state, count: counts[state] ?? 0 }));
  const requests: Trouble[] = waitingRequests > 0 ? [{ kind: 'quotaRequests', count: waitingRequests }] : [];
  return [...hosts.flatMap(hostTroubles), ...stuck, ...instances, ...requests].sort(
    (a, b) => harm[a.kind] - harm[b.kind],
  );
}
