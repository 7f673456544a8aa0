import { AtollError } from '#server/contract/errors.ts';
import type { CreateInstance } from '#server/contract/instance.ts';
import { type Shortage, tryClaimHost } from '#server/db/claim-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { getHost } from '#server/db/host-store.ts';
import { claimPoolQuota, poolQuotaExceeded } from '#server/db/pool-quota-store.ts';
import { PlacementIndex } from '#server/scheduler/index/placement-index.ts';
import type { PlacementRequest } from '#server/scheduler/snapshot.ts';
import { addToGroup, groupSnapshot } from '../placement/group-snapshot.ts';
import { loadPlacement, type PlacementView, requireUsablePool } from '../placement/load-placement.ts';
import { placementAnswer } from '../placement/placement-answer.ts';
import type { ProjectContext } from '../service-context.ts';
import { inPool, type OwnerClaim, onHost } from './instance-claims.ts';
import type { InstancePlan } from './instance-plan.ts';

/** The host that was claimed. */
export interface PlacedHost {
  id: string;
  storagePool: string;
}

export interface Placement {
  /** Takes room for one more instance in a pool's quota and on the best host that still has it. */
  claim(claims: readonly OwnerClaim[]): Promise<PlacedHost>;
}

/** Room that had seemed to be there was taken by somebody else; the next look sees it. */
export const isLostClaim = (error: unknown): boolean =>
  error instanceof AtollError && error.code === 'no_valid_host' && error.options.extra?.lostClaim === true;

const lostClaim = (): AtollError => new AtollError('no_valid_host', undefined, { extra: { lostClaim: true } });

/**
 * Looks at the hosts once and places instances of one plan one after the other. The transaction holds the project's quota already.
 * `claim` throws `no_valid_host` with the rules that refused and what would help, or `quota_exceeded` of a pool.
 */
export async function beginPlacement(
  tx: AtollTx,
  ctx: ProjectContext,
  what: { input: CreateInstance; plan: InstancePlan; count: number },
): Promise<Placement> {
  const { input, plan, count } = what;
  const projectId = ctx.project.id;
  const view = await loadPlacement(tx, { projectId, imageSha256: plan.imageSha256 });
  requireUsablePool(view, input.poolId);
  const { placementGroupId: id } = input;
  const group = id === undefined ? null : await groupSnapshot(tx, { projectId, id });
  const request: PlacementRequest = {
    kind: input.kind,
    size: plan.size,
    network: input.network,
    image: plan.imageSha256,
    hostId: plan.hostId,
    usablePools: view.usablePools,
    wantedPoolId: input.poolId ?? null,
    flavorId: plan.flavorId,
    traits: input.traits,
    group,
  };
  const index = new PlacementIndex(view.hosts);
  let placed = 0;
  return {
    async claim(claims) {
      const { host, pools } = await claimSomewhere(tx, index, view, request, claims);
      if (!host) {
        if (pools.length > 0) throw poolQuotaExceeded(pools[0]!.id, pools[0]!.short);
        const now: PlacementView = { ...view, hosts: index.snapshots() };
        const answer = await placementAnswer(tx, ctx, { view: now, request, placed, count });
        throw new AtollError('no_valid_host', answer.summary, { extra: { placement: answer } });
      }
      placed += 1;
      index.claim(host.id, request.size);
      addToGroup(group, host.id);
      return host;
    },
  };
}

interface Outcome {
  host: PlacedHost | null;
  /** Pools that would have had a host, but no quota for the project. */
  pools: { id: string; short: Shortage[] }[];
}

async function claimSomewhere(
  tx: AtollTx,
  index: PlacementIndex,
  view: PlacementView,
  request: PlacementRequest,
  claims: readonly OwnerClaim[],
): Promise<Outcome> {
  const poolOf = new Map(view.hosts.map((host) => [host.id, host.pool.id]));
  const pools: Outcome['pools'] = [];
  for (;;) {
    const without = new Set([...request.usablePools].filter((id) => !pools.some((pool) => pool.id === id)));
    const candidates = index.place(pools.length === 0 ? request : { ...request, usablePools: without });
    const [best] = candidates;
    const poolId = best && poolOf.get(best.hostId);
    if (!poolId) return { host: null, pools };
    const short = await claimFromPool(tx, poolId, claims);
    if (short.length > 0) {
      pools.push({ id: poolId, short });
      continue;
    }
    // What was claimed from the pool's quota stays claimed: only its hosts come into question now.
    for (const { hostId } of candidates) {
      if (poolOf.get(hostId) !== poolId) continue;
      const host = await claimOnHost(tx, { hostId, poolId }, claims);
      if (host) return { host, pools };
    }
    throw lostClaim();
  }
}

/** One claim after the other; what does not suffice. After a shortage nothing of it is claimed, or the transaction begins again. */
async function claimFromPool(tx: AtollTx, poolId: string, claims: readonly OwnerClaim[]): Promise<Shortage[]> {
  const [first, ...others] = claims;
  if (!first) return [];
  const short = await claimPoolQuota(tx, { ...first.claimFor, poolId }, inPool(first.amounts));
  if (short.length > 0) return short;
  for (const { claimFor, amounts } of others) {
    const missing = await claimPoolQuota(tx, { ...claimFor, poolId }, inPool(amounts));
    if (missing.length > 0) throw poolQuotaExceeded(poolId, missing);
  }
  return [];
}

/** null: there is no room any more. Throws where the host has changed since it was looked at, or part of it was claimed already. */
async function claimOnHost(
  tx: AtollTx,
  ref: { hostId: string; poolId: string },
  claims: readonly OwnerClaim[],
): Promise<PlacedHost | null> {
  const { hostId, poolId } = ref;
  for (const [index, { claimFor, amounts }] of claims.entries()) {
    const short = await tryClaimHost(tx, { ...claimFor, hostId }, onHost(amounts));
    if (short.length === 0) continue;
    if (index === 0) return null;
    throw lostClaim();
  }
  // The lock of the claim keeps the host in its pool from here on; before, it may have been moved or cordoned.
  const { id, hostPool, cordonReason, state, storagePool } = await getHost(tx, { id: hostId });
  if (hostPool.id !== poolId || cordonReason !== null || state !== 'online') throw lostClaim();
  return { id, storagePool };
}
