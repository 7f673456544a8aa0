import { AtollError } from '#server/contract/errors.ts';
import type { Project } from '#server/contract/project.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { findProject, setQuotaLimits } from '#server/db/project-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { projectView } from './project-view.ts';

/** Changes limits of a project; those that are not named stay. Throws `not_found`, `precondition_failed`. */
export async function setQuota(
  ctx: ActorContext,
  input: { project: string; quota: Partial<Record<QuotaResource, number>> },
): Promise<Project> {
  const project = await findProject(ctx.app.db, input.project, 'every-project');
  if (!project) throw new AtollError('not_found', 'There is no such project.');
  const projectId = project.id;
  const what = {
    action: 'project.setQuota',
    projectId,
    target: { type: 'project', id: projectId },
    detail: { ...input.quota },
  };
  return change(ctx, what, async (tx) => {
    const row = await setQuotaLimits(tx, { projectId }, input.quota);
    await appendEvent(tx, {
      projectId,
      type: 'project.quota_changed',
      target: { type: 'project', id: projectId, name: row.name },
      actor: { id: ctx.actor.userId, name: ctx.actor.name },
      message: 'Its limits were changed.',
    });
    // The row is locked now: the version before this change was one less.
    requireVersion(row.version - 1, ctx.expectedVersion);
    return projectView(ctx.actor, row);
  });
}
