import { listMovableInstances, type MovableRow } from '#server/db/movable-instance-store.ts';
import { adviseRebalance, imbalanceThreshold, type Movable } from '#server/scheduler/rebalance-advice.ts';
import type { HostSnapshot } from '#server/scheduler/snapshot.ts';
import type { ActorContext } from '../service-context.ts';
import { loadPlacement } from './load-placement.ts';

/** No project has this id: who may use a pool does not matter to what is in it already. */
const noProject = '00000000-0000-0000-0000-000000000000';

/**
 * How uneven the hosts of each pool are used, and moves that would help. Nothing is moved. A pool that packs is meant to be uneven:
 * it gets no moves.
 */
export async function placementAdvice(ctx: ActorContext, input: { hostPool?: string | undefined }) {
  const { db } = ctx.app;
  const [{ hosts, pools }, rows] = await Promise.all([
    loadPlacement(db, { projectId: noProject, imageSha256: null }),
    listMovableInstances(db),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const asked = pools.filter(({ id }) => input.hostPool === undefined || id === input.hostPool);
  return {
    pools: asked.map(({ id, name, policy }) => {
      const inPool = hosts.filter(({ pool }) => pool.id === id);
      const ids = new Set(inPool.map((host) => host.id));
      const movable =
        policy === 'pack' ? [] : rows.filter(({ hostId }) => ids.has(hostId)).map((row) => movableOf(row, id));
      const { imbalance, imbalanceAfter, moves } = adviseRebalance(inPool, movable);
      return {
        pool: { id, name },
        policy,
        imbalance,
        imbalanceAfter,
        threshold: imbalanceThreshold,
        moves: moves.flatMap((move) => {
          const row = byId.get(move.id);
          if (!row) return [];
          const { projectId, vcpus, memoryMiB } = row;
          return [
            {
              instance: { id: row.id, projectId, name: row.name, vcpus, memoryMiB },
              from: { id: move.from, name: nameOf(inPool, move.from) },
              to: { id: move.to, name: nameOf(inPool, move.to) },
              gain: move.gain,
              seconds: move.seconds,
            },
          ];
        }),
      };
    }),
  };
}

const nameOf = (hosts: readonly HostSnapshot[], id: string): string => hosts.find((host) => host.id === id)?.name ?? '';

function movableOf(row: MovableRow, poolId: string): Movable {
  const { vcpus, memoryMiB, diskGiB, groupPolicy, groupStrictness } = row;
  return {
    id: row.id,
    hostId: row.hostId,
    groupId: row.groupId,
    request: {
      kind: 'vm',
      size: { vcpus, memoryMiB, diskGiB },
      network: row.network,
      image: null,
      hostId: null,
      usablePools: new Set([poolId]),
      wantedPoolId: poolId,
      flavorId: row.flavorId,
      traits: row.traits,
      group: groupPolicy && groupStrictness && { policy: groupPolicy, strictness: groupStrictness, hosts: new Map() },
    },
  };
}
