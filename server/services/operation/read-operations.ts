import type { Operation } from '#server/contract/operation.ts';
import { listOperationLog } from '#server/db/operation-log-store.ts';
import { getOperation, listOperations } from '#server/db/operation-store.ts';
import { narrowToProject } from '../access/narrow-to-project.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { operationViewOf } from './operation-access.ts';
import { operationView } from './operation-view.ts';

export interface OperationListInput extends ListInput {
  project?: string | undefined;
  target?: string | undefined;
  done?: boolean | undefined;
  mine?: boolean | undefined;
}

/** Operations that the actor may see, newest first. A project that they do not know of has none. */
export async function listVisibleOperations(ctx: ActorContext, input: OperationListInput) {
  const { project, target, done, mine } = input;
  const view = await narrowToProject(ctx, project, operationViewOf(ctx));
  const filter = { targetId: target, done, createdById: mine ? ctx.actor.userId : undefined };
  return pageOfList(
    ctx,
    ['operations', project, target, done, mine],
    input,
    (page) => listOperations(ctx.app.db, view, filter, page),
    operationView,
  );
}

/** One operation with its steps. Throws `not_found`. */
export async function getVisibleOperation(ctx: ActorContext, input: { operation: string }): Promise<Operation> {
  return operationView(await getOperation(ctx.app.db, { ...operationViewOf(ctx), id: input.operation }));
}

/** The log of an operation, oldest line first. Throws `not_found`. */
export async function listVisibleOperationLog(ctx: ActorContext, input: ListInput & { operation: string }) {
  const ref = { ...operationViewOf(ctx), id: input.operation };
  await getOperation(ctx.app.db, ref);
  return pageOfList(
    ctx,
    ['operation-log', input.operation],
    input,
    (page) => listOperationLog(ctx.app.db, ref, page),
    ({ at, level, step, message }) => ({ at: at.toISOString(), level, step, message }),
  );
}
