import type { InstanceRow } from '#server/db/instance-store.ts';
import type { HostInventory, Leftover, ObservedInstance } from '#server/drivers/driver.ts';

/** Something on a host that carries our mark and has no place in our rows. */
export interface Drift {
  /** Stable, to see it twice and tell it once. */
  key: string;
  kind: 'orphan-instance' | 'stale-instance' | 'orphan-volume' | 'orphan-seed' | 'unused-base-image' | 'unused-network';
  id: string;
  /** Who made it, where that is known: a young operation may not be over yet. */
  operationId: string | null;
  message: string;
  /** What may be removed without anybody asking, after a while: it holds no data, and is made again when it is needed. */
  leftover?: Leftover;
}

/** Everything that the rows know of, wherever it is placed. */
export interface Known {
  /** By id; only those that observed tags name need be in it. */
  instances: ReadonlyMap<string, InstanceRow>;
  volumeIds: ReadonlySet<string>;
  /** Checksums of images that something is made of, or may be. */
  baseImages: ReadonlySet<string>;
  /** Projects that have something on this host. */
  projectIds: ReadonlySet<string>;
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
  for (const leftover of inventory.leftovers) drift.push(...unused(leftover, known));
  for (const { kind, id } of inventory.leftovers) {
    if (kind !== 'seed' || known.instances.has(id)) continue;
    const message = `The seed of ${id} is on the host, but the VM is not Atoll's any more.`;
    drift.push({ key: `seed/${id}`, kind: 'orphan-seed', id, operationId: null, message });
  }
  return drift;
}

/** libvirt's network of ours is called by a name, and is for every project. */
const projectNetwork = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function unused(leftover: Leftover, known: Known): Drift[] {
  const { kind, id } = leftover;
  const about = { id, operationId: null, leftover };
  const soon = 'Atoll removes it in an hour, unless it is used again.';
  if (kind === 'base-image' && !known.baseImages.has(id)) {
    const message = `Nothing is made of the base image ${id.slice(0, 12)}… any more. ${soon}`;
    return [{ ...about, key: `base-image/${id}`, kind: 'unused-base-image', message }];
  }
  if (kind === 'network' && projectNetwork.test(id) && !known.projectIds.has(id)) {
    const message = `The network of the project ${id} has no container of Atoll any more. ${soon}`;
    return [{ ...about, key: `network/${id}`, kind: 'unused-network', message }];
  }
  return [];
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
