import { AtollError } from '#server/contract/errors.ts';
import type { ProjectState } from '#server/contract/permissions.ts';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import { limitIs } from './claim-amounts.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { setMembership } from './membership-store.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { projectStateSql } from './project-state.ts';
import { inScope, type ProjectScope } from './scope.ts';

export type QuotaRow = Record<QuotaResource, { used: number; limit: number }>;

/** A project (the tenant) with its quota. */
export interface ProjectRow {
  id: string;
  slug: string;
  name: string;
  description: string;
  state: ProjectState;
  quota: QuotaRow;
  createdAt: Date;
  version: number;
}

/** Columns and joins of a row; also for changed-entity-store.ts. */
export const selectProjects = Prisma.sql`
  SELECT p.id, p.slug, p.name, p.description, ${projectStateSql} AS state, p.created_at AS "createdAt", p.version, (
    SELECT jsonb_object_agg(q.resource, jsonb_build_object('used', q.used, 'limit', q.lim))
    FROM quota q WHERE q.project_id = p.id) AS quota
  FROM project p`;

/** Inserts a project with its quota and, where given, its owner. Throws name_taken for the slug. */
export async function insertProject(
  tx: AtollTx,
  project: {
    id?: string;
    slug: string;
    name: string;
    description?: string;
    quota: Record<QuotaResource, number>;
    ownerId?: string;
  },
): Promise<ProjectRow> {
  const id = project.id ?? newId();
  try {
    await tx.project.createMany({
      data: { id, slug: project.slug, name: project.name, description: project.description ?? '' },
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'project_slug_key')) throw error;
    throw new AtollError('name_taken', `There is a project ${project.slug} already.`, {
      cause: error,
      fields: [{ pointer: '/slug', code: 'name_taken', message: 'This slug is taken.' }],
    });
  }
  await tx.quota.createMany({
    data: quotaResources.map((resource) => ({ projectId: id, resource, lim: BigInt(project.quota[resource]) })),
  });
  if (project.ownerId) await setMembership(tx, { projectId: id, userId: project.ownerId }, 'owner');
  await appendChange(tx, { topic: 'project', entityId: id, projectId: id, version: 1 });
  return getProject(tx, { id });
}

/** One project. Throws not_found. */
export async function getProject(db: DbOrTx, ref: { id: string }): Promise<ProjectRow> {
  const rows = await db.$queryRaw<ProjectRow[]>(Prisma.sql`${selectProjects} WHERE p.id = ${ref.id}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such project.');
  return rows[0];
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The project of an id or slug among those in scope, or null. */
export async function findProject(db: DbOrTx, reference: string, scope: ProjectScope): Promise<ProjectRow | null> {
  // A slug may look like a UUID: the id wins.
  const match = uuidPattern.test(reference)
    ? Prisma.sql`(p.id = ${reference}::uuid OR p.slug = ${reference})`
    : Prisma.sql`p.slug = ${reference}`;
  const rows = await db.$queryRaw<ProjectRow[]>(Prisma.sql`
    ${selectProjects} WHERE ${match} AND ${inScope(Prisma.sql`p.id`, scope)} ORDER BY p.slug = ${reference} LIMIT 1`);
  return rows[0] ?? null;
}

const bySlug: Order = { by: Prisma.sql`p.slug`, id: Prisma.sql`p.id`, byType: 'text', idType: 'uuid' };

/** Projects in scope, by slug. */
export async function listProjects(
  db: DbOrTx,
  scope: ProjectScope,
  filter: { search?: string },
  page: PageRequest,
): Promise<Page<ProjectRow>> {
  const conditions = [inScope(Prisma.sql`p.id`, scope), afterKeyset(bySlug, page.after)];
  if (filter.search) {
    const pattern = containing(filter.search);
    conditions.push(Prisma.sql`(p.name ILIKE ${pattern} OR p.slug ILIKE ${pattern})`);
  }
  const rows = await db.$queryRaw<ProjectRow[]>(
    Prisma.sql`${selectProjects} WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(bySlug, page.limit)}`,
  );
  return toPage(rows, page.limit, (row) => ({ value: row.slug, id: row.id }));
}

/** Changes limits; those not named stay. A limit below what is used stops new claims and takes nothing away. Throws not_found. */
export async function setQuotaLimits(
  tx: AtollTx,
  ref: { projectId: string },
  limits: Partial<Record<QuotaResource, number>>,
): Promise<ProjectRow> {
  // In the fixed order of all claims, so that no two transactions wait for each other.
  for (const resource of quotaResources) {
    const limit = limits[resource];
    if (limit !== undefined)
      await tx.$executeRaw(Prisma.sql`
        UPDATE quota SET ${limitIs(limit)} WHERE project_id = ${ref.projectId}::uuid AND resource = ${resource}`);
  }
  await touchProject(tx, ref);
  return getProject(tx, { id: ref.projectId });
}

/** Changes name, description or what is still possible; tells it. Throws not_found. */
export async function updateProject(
  tx: AtollTx,
  ref: { projectId: string },
  patch: { name?: string; description?: string; archivedAt?: Date | null; deletingAt?: Date },
): Promise<ProjectRow> {
  await tx.project.updateMany({ where: { id: ref.projectId }, data: patch });
  await touchProject(tx, ref);
  return getProject(tx, { id: ref.projectId });
}

/** Locks the row of a project until the end of the transaction, for its version and its state to be true. Throws not_found. */
export async function lockProject(tx: AtollTx, ref: { projectId: string }): Promise<ProjectRow> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS locked FROM project WHERE id = ${ref.projectId}::uuid FOR NO KEY UPDATE`);
  return getProject(tx, { id: ref.projectId });
}

/** Bumps the version of a project and tells it: its limits, members or name have changed. Throws not_found. */
export async function touchProject(tx: AtollTx, ref: { projectId: string }): Promise<void> {
  const [row] = await tx.$queryRaw<{ version: number }[]>(
    Prisma.sql`UPDATE project SET version = version + 1 WHERE id = ${ref.projectId}::uuid RETURNING version`,
  );
  if (!row) throw new AtollError('not_found', 'There is no such project.');
  await appendChange(tx, { topic: 'project', entityId: ref.projectId, projectId: ref.projectId, version: row.version });
}
