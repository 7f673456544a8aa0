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

/** Base images of a host that no image and no volume of Atoll refers to. */
export async function listUnusedBaseImages(db: DbOrTx, ref: { hostId: string }): Promise<string[]> {
  const rows = await db.$queryRaw<{ sha256: string }[]>(Prisma.sql`
    SELECT b.sha256 FROM host_base_image b
    WHERE b.host_id = ${ref.hostId}::uuid
      AND NOT EXISTS (SELECT 1 FROM image i WHERE i.sha256 = b.sha256)
      AND NOT EXISTS (SELECT 1 FROM volume v WHERE v.base_sha256 = b.sha256 AND v.host_id = b.host_id)`);
  return rows.map((row) => row.sha256);
}
