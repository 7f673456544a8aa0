import { AtollError } from '#server/contract/errors.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { getOperation, type OperationDetailRow, type OperationView } from '#server/db/operation-store.ts';
import { mayInProject, maySystem, visibleProjects } from '../access/effective-right.ts';
import type { ActorContext } from '../service-context.ts';

/** Which operations the actor may see: those of their projects, and the work of the system for who reads hosts. */
export function operationViewOf(ctx: ActorContext): OperationView {
  const { actor } = ctx;
  const reachesAll = actor.via.type === 'session' || actor.via.projectId === null;
  return {
    scope: visibleProjects(actor, 'operation:read'),
    includeSystem: maySystem(actor, 'host:read'),
    ...(reachesAll && { deletedProjectsOf: actor.userId }),
  };
}

/** An operation that the actor may see and cancel or retry. Throws `not_found`, or `forbidden` where they may only look. */
export async function getManagedOperation(db: DbOrTx, ctx: ActorContext, id: string): Promise<OperationDetailRow> {
  const row = await getOperation(db, { ...operationViewOf(ctx), id });
  const may =
    row.projectId === null
      ? maySystem(ctx.actor, 'host:write')
      : mayInProject(ctx.actor, row.projectId, 'operation:manage');
  if (!may) throw new AtollError('forbidden', 'This needs the permission operation:manage.');
  return row;
}
