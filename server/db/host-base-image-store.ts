import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Notes that a host has a base image; again is no error. */
export async function addHostBaseImage(tx: AtollTx, ref: { hostId: string; sha256: string }): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO host_base_image (host_id, sha256) VALUES (${ref.hostId}::uuid, ${ref.sha256}) ON CONFLICT DO NOTHING`);
}

/** The hosts that have this base image already: placement prefers them. */
export async function listHostsWithBaseImage(db: DbOrTx, sha256: string): Promise<string[]> {
  const rows = await db.hostBaseImage.findMany({ where: { sha256 }, select: { hostId: true } });
  return rows.map((row) => row.hostId);
}

/** Checksums of the images that Atoll has, and of those that volumes and VMs of this host are made of, wherever their image is. */
export async function listUsedBaseImages(db: DbOrTx, ref: { hostId: string }): Promise<ReadonlySet<string>> {
  const rows = await db.$queryRaw<{ sha256: string | null }[]>(Prisma.sql`
    SELECT sha256 FROM image
    UNION SELECT base_sha256 FROM volume WHERE host_id = ${ref.hostId}::uuid
    UNION SELECT spec -> 'image' ->> 'sha256' FROM instance WHERE host_id = ${ref.hostId}::uuid`);
  return new Set(rows.flatMap((row) => row.sha256 ?? []));
}

/** Notes that a base image is not on a host any more. */
export async function deleteHostBaseImage(tx: AtollTx, ref: { hostId: string; sha256: string }): Promise<void> {
  await tx.hostBaseImage.deleteMany({ where: ref });
}
