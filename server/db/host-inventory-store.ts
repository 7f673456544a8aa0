import type { EngineType } from '#server/contract/host.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import type { HostEngineRow } from './host-row.ts';
import { touchTarget } from './target.ts';

export type HostResource = 'vcpus' | 'memoryMiB' | 'diskGiB';

export interface HostCapacity {
  total: number;
  /** How many times over it may be claimed; default 1, kept where it was set before. */
  ratio?: number;
  /** Kept back for the host itself; default 0, kept where it was set before. */
  reserved?: number;
}

/** Writes what a host has. What is claimed stays as it is, also where the host has shrunk below it. */
export async function setHostCapacity(
  tx: AtollTx,
  ref: { hostId: string },
  capacity: Partial<Record<HostResource, HostCapacity>>,
): Promise<void> {
  let changed = 0;
  for (const resource of ['vcpus', 'memoryMiB', 'diskGiB'] as const) {
    const { total, ratio = null, reserved = null } = capacity[resource] ?? {};
    if (total === undefined) continue;
    changed += await tx.$executeRaw(Prisma.sql`
      INSERT INTO host_inventory AS n (host_id, resource, total, ratio, reserved)
      VALUES (${ref.hostId}::uuid, ${resource}, ${total}::bigint, coalesce(${ratio}::float8, 1),
        coalesce(${reserved}::bigint, 0))
      ON CONFLICT (host_id, resource) DO UPDATE SET total = excluded.total,
        ratio = coalesce(${ratio}::float8, n.ratio), reserved = coalesce(${reserved}::bigint, n.reserved)
      WHERE (n.total, n.ratio, n.reserved) IS DISTINCT FROM
        (excluded.total, coalesce(${ratio}::float8, n.ratio), coalesce(${reserved}::bigint, n.reserved))`);
  }
  if (changed > 0) await touchTarget(tx, { type: 'host', id: ref.hostId });
}

/** Writes what is known of an engine of a host; tells it only where something changed. Answers whether it did. */
export async function setHostEngine(tx: AtollTx, ref: { hostId: string }, engine: HostEngineRow): Promise<boolean> {
  const capabilities = engine.capabilities === null ? null : JSON.stringify(engine.capabilities);
  const changed = await tx.$executeRaw(Prisma.sql`
    INSERT INTO host_engine AS e (host_id, type, state, version, capabilities, message)
    VALUES (${ref.hostId}::uuid, ${engine.type}, ${engine.state}, ${engine.version}, ${capabilities}::jsonb,
      ${engine.message})
    ON CONFLICT (host_id, type) DO UPDATE SET state = excluded.state, version = excluded.version,
      capabilities = excluded.capabilities, message = excluded.message
    WHERE (e.state, e.version, e.capabilities, e.message) IS DISTINCT FROM
      (excluded.state, excluded.version, excluded.capabilities, excluded.message)`);
  if (changed > 0) await touchTarget(tx, { type: 'host', id: ref.hostId });
  return changed > 0;
}

/** Forgets an engine that a host does not have any more. */
export async function deleteHostEngine(tx: AtollTx, ref: { hostId: string; type: EngineType }): Promise<void> {
  const { count } = await tx.hostEngine.deleteMany({ where: ref });
  if (count > 0) await touchTarget(tx, { type: 'host', id: ref.hostId });
}

/** The projects that have, or are making, something on a host: their networks there are in use. */
export async function listHostProjects(db: DbOrTx, ref: { hostId: string }): Promise<ReadonlySet<string>> {
  const rows = await db.instance.findMany({ where: ref, distinct: ['projectId'], select: { projectId: true } });
  return new Set(rows.map((row) => row.projectId));
}
