import type { InstanceRow } from '#server/db/instance-store.ts';
import type { HostInventory, ObservedInstance } from '#server/drivers/driver.ts';

/** Something on a host that carries our mark and has no place in our rows. */
export interface Drift {
  /** Stable, to see it twice and tell it once. */
  key: string;
  kind: 'orphan-instance' | 'stale-instance' | 'orphan-volume' | 'orphan-seed';
  id: string;
  /** Who made it, where that is known: a young operation may not be over yet. */
  operationId: string | null;
  message: string;
}

/** Everything that the rows know of, wherever it is placed. */
export interface Known {
  /** By id; only those that observed tags name need be in it. */
  instances: ReadonlyMap<string, InstanceRow>;
  volumeIds: ReadonlySet<string>;
}

/** What the list of a host has too much. Pure: reporting and patience are the caller's. */
export function findDrift(hostId: string, inventory: HostInventory, known: Known): Drift[] {
  const drift: Drift[] = [];
  for (const seen of inventory.instances) {
    if (seen.tag === null) continue;
    const row = known.instances.get(seen.tag.instanceId);
    if (!row) drift.push(orphanInstance(seen));
    else if (row.host?.id !== hostId || row.generation !== seen.tag.generation) drift.push(staleInstance(seen, row));
  }
  for (const { id, operationId } of inventory.volumes) {
    if (known.volumeIds.has(id)) continue;
    const message = `The volume ${id} carries Atoll's mark, but Atoll does not know it.`;
    drift.push({ key: `volume/${id}`, kind: 'orphan-volume', id, operationId, message });
  }
  for (const { kind, id } of inventory.leftovers) {
    if (kind !== 'seed' || known.instances.has(id)) continue;
    const message = `The seed of ${id} is on the host, but the VM is not Atoll's any more.`;
    drift.push({ key: `seed/${id}`, kind: 'orphan-seed', id, operationId: null, message });
  }
  return drift;
}

function orphanInstance({ id, name, tag }: ObservedInstance): Drift {
  const message = `${name} carries Atoll's mark, but Atoll does not know it.`;
  return { key: `instance/${id}`, kind: 'orphan-instance', id, operationId: tag?.operationId ?? null, message };
}

function staleInstance({ id, name, tag }: ObservedInstance, row: InstanceRow): Drift {
  const message =
    `${name} is an older copy (generation ${tag?.generation}) of an instance that Atoll runs ` +
    `on ${row.host?.name ?? 'no host'} (generation ${row.generation}).`;
  return { key: `stale/${id}`, kind: 'stale-instance', id, operationId: tag?.operationId ?? null, message };
}
