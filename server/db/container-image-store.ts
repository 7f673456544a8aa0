import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { touchTarget } from './target.ts';

/** A container image on a host. */
export interface ContainerImageRow {
  /** sha256:… */
  id: string;
  refs: string[];
  sizeBytes: number;
  createdAt: Date | null;
  inUse: boolean;
}

/** Replaces what is known of the container images of a host by what it lists now. */
export async function replaceContainerImages(
  tx: AtollTx,
  ref: { hostId: string },
  images: readonly ContainerImageRow[],
): Promise<void> {
  const gone = await tx.containerImage.deleteMany({
    where: { hostId: ref.hostId, id: { notIn: images.map((image) => image.id) } },
  });
  let changed = gone.count;
  for (const image of images)
    changed += await tx.$executeRaw(Prisma.sql`
      INSERT INTO container_image AS c (host_id, id, refs, size_bytes, created_at, in_use)
      VALUES (${ref.hostId}::uuid, ${image.id}, ${image.refs}::text[], ${image.sizeBytes}::bigint,
        ${image.createdAt}::timestamptz, ${image.inUse})
      ON CONFLICT (host_id, id) DO UPDATE SET refs = excluded.refs, in_use = excluded.in_use
      WHERE (c.refs, c.in_use) IS DISTINCT FROM (excluded.refs, excluded.in_use)`);
  if (changed > 0) await touchTarget(tx, { type: 'host', id: ref.hostId });
}

const largestFirst: Order = {
  by: Prisma.sql`c.size_bytes`,
  id: Prisma.sql`c.id`,
  byType: 'bigint',
  idType: 'text',
  descending: true,
};

/** The container images of a host, largest first. */
export async function listContainerImages(
  db: DbOrTx,
  ref: { hostId: string },
  page: PageRequest,
): Promise<Page<ContainerImageRow>> {
  const rows = await db.$queryRaw<ContainerImageRow[]>(Prisma.sql`
    SELECT c.id, c.refs, c.size_bytes::float8 AS "sizeBytes", c.created_at AS "createdAt", c.in_use AS "inUse"
    FROM container_image c
    WHERE c.host_id = ${ref.hostId}::uuid AND ${afterKeyset(largestFirst, page.after)}
    ${orderAndLimit(largestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: String(row.sizeBytes), id: row.id }));
}
