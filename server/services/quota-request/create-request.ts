import { AtollError, type FieldError } from '#server/contract/errors.ts';
import { limitsOf, type QuotaRequest } from '#server/contract/quota-request.ts';
import { poolQuotaResources, type QuotaResource } from '#server/contract/quota-resources.ts';
import type { AtollTx } from '#server/db/client.ts';
import { listPoolsFor } from '#server/db/host-pool-store.ts';
import { listAdminIds } from '#server/db/notification-store.ts';
import { countPendingRequests, insertQuotaRequest, type Limits } from '#server/db/quota-request-store.ts';
import { newId } from '#server/platform/id.ts';
import { change } from '../change.ts';
import type { ProjectContext } from '../service-context.ts';
import { presentLimits } from './present-limits.ts';
import { quotaRequestView } from './quota-request-view.ts';
import { tellRequest } from './tell-request.ts';

/** More would bury the admins, and say nothing new. */
const maxPending = 10;

/**
 * Asks for higher limits of the project, or of it in a host pool; admins are told. Throws `validation_failed` at each limit that
 * is no rise, `not_found` for a pool that the project may not use, `state_conflict` where too many requests wait.
 */
export async function createQuotaRequest(
  ctx: ProjectContext,
  input: {
    limits: Partial<Record<QuotaResource, number | undefined>>;
    poolId?: string | undefined;
    reason: string;
  },
): Promise<QuotaRequest> {
  const projectId = ctx.project.id;
  const limits: Limits = Object.fromEntries(limitsOf(input.limits));
  const detail = { limits, ...(input.poolId && { poolId: input.poolId }) };
  const what = { action: 'quotaRequest.create', projectId, target: { type: 'quota-request', id: newId() }, detail };
  return change(ctx, what, async (tx) => {
    const poolId = input.poolId ?? null;
    await requireRaise(tx, { projectId, poolId }, limits);
    if ((await countPendingRequests(tx, { projectId })) >= maxPending)
      throw new AtollError('state_conflict', `${maxPending} requests of this project wait already; cancel one first.`);
    const row = await insertQuotaRequest(tx, {
      id: what.target.id,
      projectId,
      poolId,
      limits,
      reason: input.reason,
      requestedById: ctx.actor.userId,
    });
    await tellRequest(tx, ctx, 'created', row, await listAdminIds(tx));
    return quotaRequestView(row);
  });
}

async function requireRaise(
  tx: AtollTx,
  ref: { projectId: string; poolId: string | null },
  limits: Limits,
): Promise<void> {
  if (
    ref.poolId !== null &&
    !(await listPoolsFor(tx, ref.projectId)).some(({ id, usable }) => usable && id === ref.poolId)
  )
    throw new AtollError('not_found', 'There is no such host pool.');
  const present = await presentLimits(tx, ref);
  const fields = limitsOf(limits).flatMap(([resource, limit]): FieldError[] => {
    const message = whyNoRaise(ref.poolId !== null, resource, limit, present[resource] ?? null);
    return message === null ? [] : [{ pointer: `/limits/${resource}`, code: 'invalid', message }];
  });
  if (fields.length > 0) throw new AtollError('validation_failed', fields[0]?.message, { fields });
}

function whyNoRaise(inPool: boolean, resource: QuotaResource, limit: number, present: number | null): string | null {
  if (inPool && !(poolQuotaResources as readonly string[]).includes(resource))
    return 'A host pool does not count this.';
  if (present === null) return 'The project has no limit of this in the host pool.';
  return limit > present ? null : `Ask for more than the present limit, which is ${present}.`;
}
