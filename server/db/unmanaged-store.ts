import type { InstanceKind } from '#server/contract/instance-state.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { touchTarget } from './target.ts';

/** A VM or container that runs on a host without our tag: listed, never changed. */
export interface UnmanagedRow {
  hostId: string;
  /** Domain UUID or container id. */
  id: string;
  kind: InstanceKind;
  name: string;
  state: 'running' | 'paused' | 'stopped' | 'crashed';
  vcpus: number | null;
  memoryMiB: number | null;
  image: string | null;
  seenAt: Date;
}

export type UnmanagedSeen = Omit<UnmanagedRow, 'hostId' | 'seenAt'>;

/** Writes one that was seen; tells it only where something changed. Answers whether it did. */
export async function upsertUnmanaged(tx: AtollTx, ref: { hostId: string }, seen: UnmanagedSeen): Promise<boolean> {
  const changed = await tx.$queryRaw<{ inserted: boolean }[]>(Prisma.sql`
    INSERT INTO unmanaged_instance AS m (host_id, id, kind, name, state, vcpus, memory_mib, image)
    VALUES (${ref.hostId}::uuid, ${seen.id}, ${seen.kind}, ${seen.name}, ${seen.state}, ${seen.vcpus}, ${seen.memoryMiB},
      ${seen.image})
    ON CONFLICT (host_id, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, state = excluded.state,
      vcpus = excluded.vcpus, memory_mib = excluded.memory_mib, image = excluded.image, seen_at = now()
    WHERE (m.kind, m.name, m.state, m.vcpus, m.memory_mib, m.image) IS DISTINCT FROM
      (excluded.kind, excluded.name, excluded.state, excluded.vcpus, excluded.memory_mib, excluded.image)
    RETURNING xmax = 0 AS inserted`);
  if (changed.length > 0) await tell(tx, ref.hostId, seen.id);
  // The host shows how many there are.
  if (changed.some((row) => row.inserted)) await touchTarget(tx, { type: 'host', id: ref.hostId });
  return changed.length > 0;
}

/** Forgets those of a host that are not listed any more; `kind` narrows it to what one engine has listed. Answers how many. */
export async function deleteUnmanagedExcept(
  tx: AtollTx,
  ref: { hostId: string; kind?: InstanceKind },
  seenIds: readonly string[],
): Promise<number> {
  const gone = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    DELETE FROM unmanaged_instance
    WHERE host_id = ${ref.hostId}::uuid AND id <> ALL(${[...seenIds]}::text[])
      AND (${ref.kind ?? null}::text IS NULL OR kind = ${ref.kind ?? null}::text)
    RETURNING id`);
  for (const { id } of gone) await tell(tx, ref.hostId, id);
  if (gone.length > 0) await touchTarget(tx, { type: 'host', id: ref.hostId });
  return gone.length;
}

/** Forgets one that is gone. */
export async function deleteUnmanaged(tx: AtollTx, ref: { hostId: string; id: string }): Promise<void> {
  const { count } = await tx.unmanagedInstance.deleteMany({ where: ref });
  if (count === 0) return;
  await tell(tx, ref.hostId, ref.id);
  await touchTarget(tx, { type: 'host', id: ref.hostId });
}

const byName: Order = { by: Prisma.sql`m.name`, id: Prisma.sql`m.id`, byType: 'text', idType: 'text' };

/** What runs on a host without Atoll, by name. */
export async function listUnmanaged(
  db: DbOrTx,
  ref: { hostId: string },
  page: PageRequest,
): Promise<Page<UnmanagedRow>> {
  const rows = await db.$queryRaw<UnmanagedRow[]>(Prisma.sql`
    SELECT m.host_id AS "hostId", m.id, m.kind, m.name, m.state, m.vcpus, m.memory_mib AS "memoryMiB", m.image,
      m.seen_at AS "seenAt"
    FROM unmanaged_instance m
    WHERE m.host_id = ${ref.hostId}::uuid AND ${afterKeyset(byName, page.after)} ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** Entity id of the topic `unmanaged`: `<hostId>/<engine's id>`. Its version is 0: there is none to compare. */
const tell = (tx: AtollTx, hostId: string, id: string): Promise<void> =>
  appendChange(tx, { topic: 'unmanaged', entityId: `${hostId}/${id}`, projectId: null, version: 0 });
