import type { Db } from '#server/db/client.ts';
import type { Driver, HostInventory } from '#server/drivers/driver.ts';

/** A host with what its engines say stands on it. */
export interface ListedHost {
  hostId: string;
  inventories: HostInventory[];
}

/** Asks every engine of these hosts what stands on them. */
export async function listHosts(hosts: ReadonlyMap<string, readonly Driver[]>): Promise<ListedHost[]> {
  const options = () => ({ signal: AbortSignal.timeout(30_000), timeoutMs: 30_000 });
  return Promise.all(
    [...hosts].map(async ([hostId, drivers]) => ({
      hostId,
      inventories: await Promise.all(drivers.map((driver) => driver.list(options()))),
    })),
  );
}

/**
 * I3: what carries our tag has a live row on that host, and the other way round. I4: at most one running of each id over
 * all hosts. For tests at rest: while operations are under way, rows and hosts may differ. Answers sentences.
 */
export async function compareHosts(db: Db, hosts: readonly ListedHost[]): Promise<string[]> {
  const instances = await db.instance.findMany();
  const volumes = await db.volume.findMany();
  const complaints: string[] = [];
  const seen = new Set<string>();
  const running = new Map<string, number>();
  for (const { hostId, inventories } of hosts)
    for (const inventory of inventories) {
      for (const { id, tag, state } of inventory.instances) {
        if (!tag) continue;
        seen.add(`${hostId} ${id}`);
        if (state === 'running') running.set(id, (running.get(id) ?? 0) + 1);
        const row = instances.find((instance) => instance.id === id && instance.hostId === hostId);
        if (!row) complaints.push(`I3: host ${hostId} has instance ${id}, which has no row there.`);
        else if (row.generation !== tag.generation)
          complaints.push(
            `I3: instance ${id} is of generation ${tag.generation} on its host, ${row.generation} in its row.`,
          );
      }
      for (const { id } of inventory.volumes) {
        seen.add(`${hostId} ${id}`);
        if (!volumes.some((volume) => volume.id === id && volume.hostId === hostId))
          complaints.push(`I3: host ${hostId} has volume ${id}, which has no row there.`);
      }
      for (const { kind, id } of inventory.leftovers)
        if (
          kind !== 'network' &&
          kind !== 'base-image' &&
          !instances.some((instance) => instance.id === id && instance.hostId === hostId)
        )
          complaints.push(`I3: host ${hostId} has the ${kind} of instance ${id}, which has no row there.`);
    }
  const isListed = (hostId: string | null) => hosts.some((host) => host.hostId === hostId);
  for (const { id, hostId, lifecycle } of instances)
    if (lifecycle === 'ready' && isListed(hostId) && !seen.has(`${hostId} ${id}`))
      complaints.push(`I3: instance ${id} has a row and is not on its host ${hostId}.`);
  for (const { id, hostId, state } of volumes)
    if (state === 'ready' && isListed(hostId) && !seen.has(`${hostId} ${id}`))
      complaints.push(`I3: volume ${id} has a row and is not on its host ${hostId}.`);
  for (const [id, count] of running) if (count > 1) complaints.push(`I4: instance ${id} runs ${count} times.`);
  return complaints;
}

/** I8: what does not carry our tag is as it was. Answers sentences. */
export function compareUnmanaged(before: readonly ListedHost[], after: readonly ListedHost[]): string[] {
  const unmanaged = (hosts: readonly ListedHost[]) =>
    new Map(
      hosts.flatMap(({ hostId, inventories }) =>
        inventories
          .flatMap((inventory) => inventory.instances.filter(({ tag }) => tag === null))
          .map((instance) => [`${hostId} ${instance.id}`, JSON.stringify(instance)] as const),
      ),
    );
  const then = unmanaged(before);
  const now = unmanaged(after);
  const keys = [...new Set([...then.keys(), ...now.keys()])];
  return keys
    .filter((key) => then.get(key) !== now.get(key))
    .map((key) => `I8: ${key} is not ours and changed: ${then.get(key) ?? 'absent'} → ${now.get(key) ?? 'absent'}.`);
}
