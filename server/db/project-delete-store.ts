import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What of a project is still there: ids of what has to go before its row can. */
export async function listProjectRemains(
  db: DbOrTx,
  ref: { projectId: string },
): Promise<{ instances: string[]; volumes: string[]; images: string[] }> {
  const of = { where: ref, select: { id: true }, orderBy: { id: 'asc' } } as const;
  const [instances, volumes, images] = await Promise.all([
    db.instance.findMany(of),
    db.volume.findMany(of),
    db.image.findMany(of),
  ]);
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
  return { instances: ids(instances), volumes: ids(volumes), images: ids(images) };
}

/**
 * Removes an empty project with its history of operations, its ledger, members, invitations and tokens. `operationId`, which
 * deletes it, stays and belongs to no project any more. Events and the audit stay, too. Nothing to remove is no error.
 */
export async function deleteProject(tx: AtollTx, ref: { projectId: string; operationId: string }): Promise<void> {
  const { projectId, operationId } = ref;
  await tx.$executeRaw(Prisma.sql`UPDATE operation SET project_id = NULL WHERE id = ${operationId}::uuid`);
  const others = Prisma.sql`SELECT id FROM operation WHERE project_id = ${projectId}::uuid`;
  await tx.$executeRaw(Prisma.sql`DELETE FROM operation_log WHERE operation_id IN (${others})`);
  await tx.$executeRaw(Prisma.sql`DELETE FROM operation WHERE project_id = ${projectId}::uuid`);
  await tx.$executeRaw(
    Prisma.sql`DELETE FROM reservation WHERE project_id = ${projectId}::uuid AND state = 'released'`,
  );
  await tx.$executeRaw(Prisma.sql`DELETE FROM placement_group WHERE project_id = ${projectId}::uuid`);
  const rows = await tx.$queryRaw<{ version: number }[]>(
    Prisma.sql`DELETE FROM project WHERE id = ${projectId}::uuid RETURNING version`,
  );
  for (const { version } of rows)
    await appendChange(tx, { topic: 'project', entityId: projectId, projectId, version: version + 1 });
}
