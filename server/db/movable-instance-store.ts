import type { GroupPolicy, GroupStrictness } from '#server/contract/placement-group.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** A VM as the advice on moves sees it. Containers are not moved. */
export interface MovableRow {
  id: string;
  projectId: string;
  name: string;
  hostId: string;
  flavorId: string | null;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  network: string;
  traits: string[];
  groupId: string | null;
  groupPolicy: GroupPolicy | null;
  groupStrictness: GroupStrictness | null;
}

/** VMs that are placed and ready, of all projects. */
export async function listMovableInstances(db: DbOrTx): Promise<MovableRow[]> {
  return db.$queryRaw<MovableRow[]>(Prisma.sql`
    SELECT i.id, i.project_id AS "projectId", i.name, i.host_id AS "hostId", i.flavor_id AS "flavorId", i.vcpus,
      i.memory_mib AS "memoryMiB", i.network, coalesce(i.traits, '{}') AS traits,
      (SELECT coalesce(sum(v.size_gib), 0)::int FROM volume v WHERE v.instance_id = i.id) AS "diskGiB",
      g.id AS "groupId", g.policy AS "groupPolicy", g.strictness AS "groupStrictness"
    FROM instance i LEFT JOIN placement_group g ON g.id = i.placement_group_id
    WHERE i.kind = 'vm' AND i.lifecycle = 'ready' AND i.host_id IS NOT NULL
    ORDER BY i.name, i.id`);
}
