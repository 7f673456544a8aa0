import type { ProjectContents } from '#server/contract/project.ts';
import { listMembers } from '#server/db/membership-store.ts';
import {
  countProjectContents,
  listImageContents,
  listInstanceContents,
  listVolumeContents,
  readMoveTarget,
} from '#server/db/project-contents-store.ts';
import type { ProjectContext } from '../service-context.ts';
import { imageHindrance, instanceHindrance, volumeHindrance } from './find-hindrance.ts';
import { enterTarget } from './transfer-project.ts';

/** People named in the list; more are only counted by their own page. */
const maxMembers = 200;

/**
 * Everything that goes with the project when it is deleted, and of each thing why it cannot move to another project.
 * Throws `not_found`, `forbidden` for the other project.
 */
export async function getProjectContents(
  ctx: ProjectContext,
  input: { toProject?: string | undefined },
): Promise<ProjectContents> {
  const { db } = ctx.app;
  const ref = { projectId: ctx.project.id };
  const to = input.toProject === undefined ? null : await enterTarget(ctx, input.toProject);
  const [target, instances, volumes, images, members, counts] = await Promise.all([
    to && readMoveTarget(db, { projectId: to.id }),
    listInstanceContents(db, ref),
    listVolumeContents(db, ref),
    listImageContents(db, ref),
    listMembers(db, ref, { limit: maxMembers }),
    countProjectContents(db, ref),
  ]);
  return {
    instances: instances.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      running: row.running,
      hindrance: instanceHindrance(row, target),
    })),
    volumes: volumes.map((row) => ({
      id: row.id,
      name: row.name,
      sizeGiB: row.sizeGiB,
      instanceId: row.instanceId,
      hindrance: volumeHindrance(row, target, false),
    })),
    images: images.map((row) => ({ id: row.id, name: row.name, hindrance: imageHindrance(row) })),
    members: members.items.map(({ id, name, email }) => ({ id, name, email })),
    ...counts,
  };
}
