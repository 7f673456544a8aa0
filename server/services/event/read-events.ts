import { type EventRow, listEvents } from '#server/db/event-store.ts';
import { maySystem, visibleProjects } from '../access/effective-right.ts';
import { narrowToProject } from '../access/narrow-to-project.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';

/** History of the actor's projects, and of the system for who reads hosts; newest first. */
export async function listVisibleEvents(
  ctx: ActorContext,
  input: ListInput & { project?: string | undefined; target?: string | undefined },
) {
  const { project, target } = input;
  const everything = {
    scope: visibleProjects(ctx.actor, 'event:read'),
    includeSystem: maySystem(ctx.actor, 'host:read'),
  };
  const view = await narrowToProject(ctx, project, everything);
  const list = ['events', project, target];
  return pageOfList(ctx, list, input, (page) => listEvents(ctx.app.db, view, { targetId: target }, page), eventView);
}

const eventView = (row: EventRow) => ({
  id: row.id,
  at: row.at.toISOString(),
  type: row.type,
  projectId: row.projectId,
  target: { type: row.targetType, id: row.targetId, name: row.targetName },
  actor: row.actorId === null ? null : { id: row.actorId, name: row.actorName ?? row.actorId },
  severity: row.severity,
  message: row.message,
  params: row.params,
});
