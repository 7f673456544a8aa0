import type { EngineType, engineTypes } from '#server/contract/host.ts';
import type { InstanceKind } from '#server/contract/instance-state.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { listUsedBaseImages } from '#server/db/host-base-image-store.ts';
import { listHostProjects } from '#server/db/host-inventory-store.ts';
import { findMarkedInstance, type InstanceRow, listHostInstances } from '#server/db/instance-store.ts';
import { deleteUnmanaged, deleteUnmanagedExcept, upsertUnmanaged } from '#server/db/unmanaged-store.ts';
import { listHostVolumes } from '#server/db/volume-store.ts';
import type { Driver, HostInventory, ObservedInstance } from '#server/drivers/driver.ts';
import { applyMissing, applyObserved } from './apply-instance.ts';
import { type Drift, findDrift, type Known } from './find-drift.ts';

const kindOf: Record<(typeof engineTypes)[number], InstanceKind> = { libvirt: 'vm', docker: 'container' };

/** Whether this is the instance of the row: ours, on its host, and not an older copy. */
function isOf(row: InstanceRow | undefined, hostId: string, seen: ObservedInstance): row is InstanceRow {
  return row !== undefined && row.host?.id === hostId && row.generation === seen.tag?.generation;
}

/**
 * Lists what one engine of a host has and writes it. Rows are read before the list is taken: what was ready then must be
 * in it. Answers what the list has too much. Throws what the driver throws.
 */
export async function reconcileInventory(
  db: Db,
  hostId: string,
  driver: Driver,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<Drift[]> {
  const kind = kindOf[driver.engine];
  const rows = new Map(
    (await listHostInstances(db, { hostId })).filter((row) => row.kind === kind).map((row) => [row.id, row]),
  );
  const inventory = await driver.list(options);
  const seenIds = new Set<string>();
  for (const seen of inventory.instances) {
    if (seen.tag === null) continue;
    const row = rows.get(seen.tag.instanceId);
    if (!isOf(row, hostId, seen)) continue;
    seenIds.add(row.id);
    await applyObserved(db, row, seen);
  }
  for (const row of rows.values()) if (row.lifecycle === 'ready' && !seenIds.has(row.id)) await applyMissing(db, row);
  await applyUnmanaged(db, hostId, kind, inventory);
  return findDrift(hostId, inventory, await knownTo(db, hostId, inventory, rows));
}

async function applyUnmanaged(db: Db, hostId: string, kind: InstanceKind, inventory: HostInventory): Promise<void> {
  const unmanaged = inventory.instances.filter((seen) => seen.tag === null);
  await inTx(db, async (tx) => {
    for (const seen of unmanaged) await upsertUnmanaged(tx, { hostId }, seen);
    await deleteUnmanagedExcept(
      tx,
      { hostId, kind },
      unmanaged.map((seen) => seen.id),
    );
  });
}

/** The rows that the marks in the inventory name; those that came since, or are placed elsewhere, are read one by one. */
async function knownTo(db: Db, hostId: string, inventory: HostInventory, rows: ReadonlyMap<string, InstanceRow>) {
  const instances = new Map(rows);
  for (const { tag } of inventory.instances) {
    if (tag === null || instances.has(tag.instanceId)) continue;
    const row = await findMarkedInstance(db, { id: tag.instanceId, projectId: tag.projectId });
    if (row) instances.set(row.id, row);
  }
  const volumeIds = new Set((await listHostVolumes(db, { hostId })).map((volume) => volume.id));
  return { instances, volumeIds, ...(await knownLeftovers(db, hostId)) };
}

/** What the rows say of things that hosts have for several instances. */
export async function knownLeftovers(db: Db, hostId: string): Promise<Pick<Known, 'baseImages' | 'projectIds'>> {
  const ref = { hostId };
  return { baseImages: await listUsedBaseImages(db, ref), projectIds: await listHostProjects(db, ref) };
}

/** Writes what an event tells of one instance, ours or not; `seen` null: it is gone. */
export async function applyChange(
  db: Db,
  hostId: string,
  engine: EngineType,
  change: { id: string; observed: ObservedInstance | null },
): Promise<void> {
  const { id, observed } = change;
  if (observed === null) {
    const row = (await listHostInstances(db, { hostId })).find((one) => one.id === id && one.kind === kindOf[engine]);
    if (row?.lifecycle === 'ready') await applyMissing(db, row);
    else await inTx(db, (tx) => deleteUnmanaged(tx, { hostId, id }));
  } else if (observed.tag === null) {
    await inTx(db, (tx) => upsertUnmanaged(tx, { hostId }, observed));
  } else {
    const { instanceId, projectId } = observed.tag;
    const row = await findMarkedInstance(db, { id: instanceId, projectId });
    if (row && isOf(row, hostId, observed)) await applyObserved(db, row, observed);
  }
}
