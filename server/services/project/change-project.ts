import { AtollError } from '#server/contract/errors.ts';
import type { Operation } from '#server/contract/operation.ts';
import type { Project } from '#server/contract/project.ts';
import { countProjectContents } from '#server/db/project-contents-store.ts';
import { lockProject, updateProject } from '#server/db/project-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { requireState } from '../access/enter.ts';
import { change, startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ProjectContext } from '../service-context.ts';
import { projectView } from './project-view.ts';

const about = (ctx: ProjectContext, verb: string, detail?: Record<string, unknown>) => ({
  action: `project.${verb}`,
  projectId: ctx.project.id,
  target: { type: 'project', id: ctx.project.id },
  ...(detail && { detail }),
});

/** Changes name and description. Throws `precondition_failed`, `state_conflict` while it is being deleted. */
export async function renameProject(
  ctx: ProjectContext,
  input: { name?: string | undefined; description?: string | undefined },
): Promise<Project> {
  const patch = { name: input.name, description: input.description };
  const ref = { projectId: ctx.project.id };
  return change(ctx, about(ctx, 'update', patch), async (tx) => {
    const before = await lockProject(tx, ref);
    requireState(before.state, 'archived');
    requireVersion(before.version, ctx.expectedVersion);
    return projectView(ctx.actor, await updateProject(tx, ref, patch));
  });
}

/** Puts a project into the archive or takes it out; again is no error. Throws `state_conflict` while it is being deleted. */
export async function setArchived(ctx: ProjectContext, archived: boolean): Promise<Project> {
  const ref = { projectId: ctx.project.id };
  return change(ctx, about(ctx, archived ? 'archive' : 'unarchive'), async (tx) => {
    const before = await lockProject(tx, ref);
    requireState(before.state, 'archived');
    if ((before.state === 'archived') === archived) return projectView(ctx.actor, before);
    return projectView(ctx.actor, await updateProject(tx, ref, { archivedAt: archived ? new Date() : null }));
  });
}

/**
 * Deletes the project with everything in it: from now on it can only be read, and an operation empties and removes it.
 * Throws `precondition_failed`, or `state_conflict` while operations run in it.
 */
export async function deleteWholeProject(ctx: ProjectContext): Promise<{ project: Project; operation: Operation }> {
  const ref = { projectId: ctx.project.id };
  return startWork(ctx, about(ctx, 'delete', { slug: ctx.project.slug, name: ctx.project.name }), async (tx) => {
    const before = await lockProject(tx, ref);
    requireState(before.state, 'archived');
    requireVersion(before.version, ctx.expectedVersion);
    const { operations } = await countProjectContents(tx, ref);
    if (operations > 0)
      throw new AtollError('state_conflict', `${operations} operations are still running in the project.`, {
        params: { reason: 'operationsRun', count: operations },
        hint: 'Wait until they are over, or cancel them.',
      });
    const row = await updateProject(tx, ref, { deletingAt: new Date() });
    const operation = await enqueueOperation(tx, {
      kind: 'project.delete',
      ...ref,
      target: { type: 'project', id: ref.projectId, name: row.name },
      input: ref,
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
    });
    return { project: projectView(ctx.actor, row), operation: operationView(operation) };
  });
}
