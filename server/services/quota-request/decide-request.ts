import { AtollError, type FieldError } from '#server/contract/errors.ts';
import { limitsOf, type QuotaRequest } from '#server/contract/quota-request.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import type { AtollTx } from '#server/db/client.ts';
import { lockQuotas, setLimits } from '#server/db/quota-grant-store.ts';
import {
  getQuotaRequest,
  type Limits,
  lockQuotaRequest,
  type QuotaRequestRow,
  updateQuotaRequest,
} from '#server/db/quota-request-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { mayInProject } from '../access/effective-right.ts';
import { change } from '../change.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { presentLimits } from './present-limits.ts';
import { quotaRequestView } from './quota-request-view.ts';
import { tellRequest } from './tell-request.ts';

const about = (action: string, row: QuotaRequestRow, detail: Record<string, unknown>) => ({
  action: `quotaRequest.${action}`,
  projectId: row.projectId,
  target: { type: 'quota-request', id: row.id },
  detail,
});

async function lockPending(tx: AtollTx, ctx: ActorContext, id: string): Promise<QuotaRequestRow> {
  const row = await lockQuotaRequest(tx, { id });
  requireVersion(row.version, ctx.expectedVersion);
  if (row.state !== 'pending')
    throw new AtollError('state_conflict', `The request is ${row.state} already.`, { params: { state: row.state } });
  return row;
}

/** Takes back a request that waits: one's own, or any of a project that one manages. Throws `not_found`, `forbidden`, `state_conflict`. */
export async function cancelQuotaRequest(ctx: ProjectContext, input: { quotaRequest: string }): Promise<QuotaRequest> {
  const projectId = ctx.project.id;
  const { requestedBy } = await getQuotaRequest(ctx.app.db, { id: input.quotaRequest, projectId });
  if (requestedBy?.id !== ctx.actor.userId && !mayInProject(ctx.actor, projectId, 'project:manage'))
    throw new AtollError('forbidden', 'Only who asked, or who manages the project, takes a request back.');
  const target = { type: 'quota-request', id: input.quotaRequest };
  return change(ctx, { action: 'quotaRequest.cancel', projectId, target }, async (tx) => {
    const { id } = await lockPending(tx, ctx, input.quotaRequest);
    const row = await updateQuotaRequest(tx, { id }, { state: 'cancelled' });
    await tellRequest(tx, ctx, 'cancelled', row, row.requestedBy ? [row.requestedBy.id] : []);
    return quotaRequestView(row);
  });
}

/** Denies a request, with a note to who asked. Throws `not_found`, `state_conflict`, `precondition_failed`. */
export async function denyQuotaRequest(
  ctx: ActorContext,
  input: { quotaRequest: string; note: string },
): Promise<QuotaRequest> {
  const known = await getQuotaRequest(ctx.app.db, { id: input.quotaRequest });
  return change(ctx, about('deny', known, { note: input.note }), async (tx) => {
    const { id } = await lockPending(tx, ctx, known.id);
    const decision = { state: 'denied', decidedById: ctx.actor.userId, decisionNote: input.note } as const;
    const row = await updateQuotaRequest(tx, { id }, decision);
    await tellRequest(tx, ctx, 'denied', row, row.requestedBy ? [row.requestedBy.id] : []);
    return quotaRequestView(row);
  });
}

/** The least time a grant lasts: one that ends at once would be a mistake. */
const leastMs = 60_000;

/**
 * Grants a request: sets the limits that were asked for, or others, at once; with `expiresAt` they go back then. Throws
 * `validation_failed` at a limit that is no rise any more, `not_found`, `state_conflict`, `precondition_failed`.
 */
export async function grantQuotaRequest(
  ctx: ActorContext,
  input: {
    quotaRequest: string;
    limits?: Partial<Record<QuotaResource, number | undefined>> | undefined;
    note: string;
    expiresAt?: string | undefined;
  },
): Promise<QuotaRequest> {
  const known = await getQuotaRequest(ctx.app.db, { id: input.quotaRequest });
  const granted: Limits = Object.fromEntries(limitsOf(input.limits ?? known.limits));
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAt !== null && expiresAt.getTime() < Date.now() + leastMs)
    throw wrong([{ pointer: '/expiresAt', code: 'invalid', message: 'Choose a time to come.' }]);
  const detail = { limits: granted, note: input.note, expiresAt: input.expiresAt ?? null };
  return change(ctx, about('grant', known, detail), async (tx) => {
    const { id, projectId, pool } = await lockPending(tx, ctx, known.id);
    const ref = { projectId, poolId: pool?.id ?? null };
    await lockQuotas(tx, ref);
    const present = await presentLimits(tx, ref);
    const fields = limitsOf(granted).flatMap(([resource, limit]): FieldError[] => {
      const now = present[resource];
      if (now !== undefined && limit > now) return [];
      const message = now === undefined ? 'There is no limit of this to raise.' : `The limit is ${now} already.`;
      return [{ pointer: `/limits/${resource}`, code: 'invalid', message }];
    });
    if (fields.length > 0) throw wrong(fields);
    const before = Object.fromEntries(limitsOf(granted).map(([resource]) => [resource, present[resource] ?? 0]));
    await setLimits(tx, ref, granted);
    const decidedById = ctx.actor.userId;
    const decision = { state: 'granted', decidedById, decisionNote: input.note, granted, before, expiresAt } as const;
    const row = await updateQuotaRequest(tx, { id }, decision);
    await tellRequest(tx, ctx, 'granted', row, row.requestedBy ? [row.requestedBy.id] : []);
    return quotaRequestView(row);
  });
}

const wrong = (fields: FieldError[]): AtollError => new AtollError('validation_failed', fields[0]?.message, { fields });
