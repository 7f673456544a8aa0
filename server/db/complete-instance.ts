import { AtollError } from '#server/contract/errors.ts';
import { appendChange } from './change.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import type { DesiredState } from './instance-row.ts';
import type { ProjectRef } from './scope.ts';

/**
 * Says that an instance is there as it was asked for: it is `ready`, so are its volumes, and what was held for them is
 * committed. One statement. Answers its name, which may have changed since; throws not_found.
 */
export async function completeInstance(
  tx: AtollTx,
  ref: ProjectRef,
  desiredState: DesiredState,
): Promise<{ name: string }> {
  const { id, projectId } = ref;
  const [made] = await tx.$queryRaw<{ name: string; version: number; volumes: { id: string; version: number }[] }[]>(
    Prisma.sql`
      WITH made AS (
        UPDATE instance SET lifecycle = 'ready', failure_reason = NULL, desired_state = ${desiredState},
          state_since = CASE WHEN lifecycle = 'ready' THEN state_since ELSE now() END, version = version + 1
        WHERE id = ${id}::uuid AND project_id = ${projectId}::uuid RETURNING name, version
      ), volumes AS (
        UPDATE volume SET state = 'ready', version = version + 1
        WHERE instance_id = ${id}::uuid AND project_id = ${projectId}::uuid RETURNING id, version
      ), committed AS (
        UPDATE reservation SET state = 'committed'
        WHERE project_id = ${projectId}::uuid AND state = 'held' AND owner_id IN (
          SELECT ${id}::uuid UNION ALL
          SELECT v.id FROM volume v WHERE v.instance_id = ${id}::uuid AND v.project_id = ${projectId}::uuid)
      )
      SELECT name, version,
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', id, 'version', version)) FROM volumes), '[]') AS volumes
      FROM made`,
  );
  if (!made) throw new AtollError('not_found', 'There is no such instance.');
  const { name, version, volumes } = made;
  for (const volume of volumes)
    await appendChange(tx, { topic: 'volume', entityId: volume.id, projectId, version: volume.version });
  await appendChange(tx, { topic: 'instance', entityId: id, projectId, version });
  return { name };
}
