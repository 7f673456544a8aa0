import type { DbOrTx } from '#server/db/client.ts';
import { countGroupHosts, getPlacementGroup } from '#server/db/placement-group-store.ts';
import type { GroupSnapshot } from '#server/scheduler/snapshot.ts';

/** A group of a project with where its instances are, as a map that the caller may count on. Throws `not_found`. */
export async function groupSnapshot(
  db: DbOrTx,
  ref: { projectId: string; id: string },
): Promise<GroupSnapshot & { hosts: Map<string, number> }> {
  const { policy, strictness } = await getPlacementGroup(db, ref);
  return { policy, strictness, hosts: await countGroupHosts(db, ref) };
}

/** Counts one more of the group on a host. */
export function addToGroup(group: { hosts: Map<string, number> } | null, hostId: string): void {
  group?.hosts.set(hostId, (group.hosts.get(hostId) ?? 0) + 1);
}
