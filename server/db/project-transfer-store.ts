import type { EventTopic } from '#server/contract/event.ts';
import { appendChange } from './change.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';

export interface Transfer {
  fromProjectId: string;
  toProjectId: string;
  instances: readonly string[];
  /** Those of the instances among them. */
  volumes: readonly string[];
  images: readonly string[];
}

/**
 * Locks what is to move until the end of the transaction: operations on it begin before (and are seen) or after (and do not find
 * it in its old project any more).
 */
export async function lockForTransfer(tx: AtollTx, ref: { projectId: string }): Promise<void> {
  for (const table of [Prisma.sql`instance`, Prisma.sql`volume`, Prisma.sql`image`])
    await tx.$queryRaw(
      Prisma.sql`SELECT 1 AS locked FROM ${table} WHERE project_id = ${ref.projectId}::uuid ORDER BY id FOR UPDATE`,
    );
}

/**
 * Gives rows to another project and tells it to both. Marks on hosts keep naming the project in which a thing was made. A
 * placement group stays behind, and so does the image that an instance was made from, unless it moves too or is public.
 */
export async function transferRows(tx: AtollTx, transfer: Transfer): Promise<void> {
  const { fromProjectId, toProjectId } = transfer;
  const marked = Prisma.sql`marked_project_id =
    nullif(coalesce(marked_project_id, ${fromProjectId}::uuid), ${toProjectId}::uuid)`;
  const move = async (topic: EventTopic, table: Prisma.Sql, also: Prisma.Sql, ids: readonly string[]) => {
    const rows = await tx.$queryRaw<{ id: string; version: number }[]>(Prisma.sql`
      UPDATE ${table} SET project_id = ${toProjectId}::uuid, ${also} version = version + 1
      WHERE project_id = ${fromProjectId}::uuid AND id = ANY(${[...ids]}::uuid[]) RETURNING id, version`);
    for (const { id, version } of rows)
      for (const projectId of [fromProjectId, toProjectId])
        await appendChange(tx, { topic, entityId: id, projectId, version });
  };
  await move('image', Prisma.sql`image`, Prisma.empty, transfer.images);
  const image = Prisma.sql`image_id = (SELECT m.id FROM image m WHERE m.id = image_id
    AND (m.project_id IS NULL OR m.project_id = ${toProjectId}::uuid))`;
  const instance = Prisma.sql`${marked}, placement_group_id = NULL, ${image},`;
  await move('instance', Prisma.sql`instance`, instance, transfer.instances);
  await move('volume', Prisma.sql`volume`, Prisma.sql`${marked},`, transfer.volumes);
}
