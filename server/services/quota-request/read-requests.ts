import type { QuotaRequestState } from '#server/contract/quota-request.ts';
import { listPoolQuotas } from '#server/db/pool-quota-store.ts';
import { getProject } from '#server/db/project-store.ts';
import {
  getQuotaRequest,
  listAllQuotaRequests,
  listPoolRoom,
  listProjectQuotaRequests,
} from '#server/db/quota-request-store.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { quotaRequestView } from './quota-request-view.ts';

type Filter = ListInput & { state?: QuotaRequestState | undefined };

/** Requests of the project, newest first. */
export async function listOwnQuotaRequests(ctx: ProjectContext, input: Filter) {
  const ref = { projectId: ctx.project.id };
  return pageOfList(
    ctx,
    ['quota-requests', ctx.project.id, input.state],
    input,
    (page) => listProjectQuotaRequests(ctx.app.db, ref, { state: input.state }, page),
    quotaRequestView,
  );
}

/** Requests of all projects: those that wait first, then newest first. */
export async function listQuotaRequests(ctx: ActorContext, input: Filter) {
  return pageOfList(
    ctx,
    ['quota-requests', input.state],
    input,
    (page) => listAllQuotaRequests(ctx.app.db, { state: input.state }, page),
    quotaRequestView,
  );
}

/** A request with what its approver weighs: the quota of the project, and what is free where it would be used. */
export async function reviewQuotaRequest(ctx: ActorContext, input: { quotaRequest: string }) {
  const { db } = ctx.app;
  const row = await getQuotaRequest(db, { id: input.quotaRequest });
  const { quota } = await getProject(db, { id: row.projectId });
  const poolQuotas = await listPoolQuotas(db, { projectId: row.projectId });
  return { ...quotaRequestView(row), quota, poolQuotas, room: await listPoolRoom(db, { poolId: row.pool?.id }) };
}
