import { type AuditFilter, type AuditRecord, maxExportRows } from '#server/contract/audit.ts';
import { AtollError } from '#server/contract/errors.ts';
import { type AuditQuery, type AuditRow, countAudit, listAudit } from '#server/db/audit-store.ts';
import type { Keyset } from '#server/db/page.ts';
import { findKnownProject } from '../access/find-known-project.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext, ProjectContext, ServiceContext } from '../service-context.ts';

/** The audit of the whole cloud, or of one project of it. Throws `not_found` for the project. */
export async function listWholeAudit(
  ctx: ActorContext,
  input: ListInput & AuditFilter & { within?: string | undefined },
) {
  const { within, ...rest } = input;
  const projectId = within === undefined ? undefined : await projectOf(ctx, within);
  return page(ctx, rest, projectId);
}

/** The audit of the project. */
export const listProjectAudit = (ctx: ProjectContext, input: ListInput & AuditFilter & { project: string }) => {
  const { project: _, ...rest } = input;
  return page(ctx, rest, ctx.project.id);
};

async function projectOf(ctx: ActorContext, reference: string): Promise<string> {
  const project = await findKnownProject(ctx, reference);
  if (!project) throw new AtollError('not_found', 'There is no such project.');
  return project.id;
}

function page(ctx: ServiceContext, { cursor, limit, ...filter }: ListInput & AuditFilter, projectId?: string) {
  const query: AuditQuery = { ...filter, projectId };
  // Keys in one order, so that the cursor fits whatever the order in the address was.
  const list = ['audit', projectId, ...Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))];
  return pageOfList(ctx, list, { cursor, limit }, (request) => listAudit(ctx.app.db, query, request), auditView);
}

/**
 * Every record of a filter, newest first, a thousand at a time: no transaction stays open while somebody's network is slow.
 * Throws `payload_too_large` when there are more than an export may have.
 */
export async function exportAudit(
  ctx: ServiceContext,
  filter: AuditFilter,
  projectId: string | undefined,
): Promise<AsyncGenerator<AuditRecord>> {
  const query = { ...filter, projectId };
  if ((await countAudit(ctx.app.db, query, maxExportRows + 1)) > maxExportRows)
    throw new AtollError('payload_too_large', `These are more than ${maxExportRows} records.`, {
      hint: 'Export a shorter time, one part after the other.',
    });
  return records(ctx, query);
}

async function* records(ctx: ServiceContext, query: AuditQuery): AsyncGenerator<AuditRecord> {
  let after: Keyset | null = null;
  do {
    const { items, next }: Awaited<ReturnType<typeof listAudit>> = await listAudit(ctx.app.db, query, {
      limit: 1_000,
      after,
    });
    for (const row of items) yield auditView(row);
    after = next;
  } while (after !== null);
}

const auditView = (row: AuditRow): AuditRecord => ({
  id: row.id,
  at: row.at.toISOString(),
  actor: row.actorName === null && row.actorId === null ? null : { id: row.actorId, name: row.actorName ?? '' },
  tokenId: row.tokenId,
  ip: row.ip,
  requestId: row.requestId,
  projectId: row.projectId,
  action: row.action,
  target:
    row.targetType === null || row.targetId === null
      ? null
      : { type: row.targetType, id: row.targetId, name: nameIn(row.detail) },
  outcome: row.outcome,
  code: row.code,
  detail: row.detail,
  chain: { seq: row.seq, hash: row.hash },
});

/** What it was called when it was written. */
const nameIn = ({ name }: Record<string, unknown>): string | null => (typeof name === 'string' ? name : null);
