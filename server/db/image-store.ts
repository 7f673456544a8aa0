import { AtollError } from '#server/contract/errors.ts';
import type { ImageFormat, imageStates } from '#server/contract/image-state.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { type TaskRow, taskSql } from './instance-row.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope, type ProjectScope } from './scope.ts';

export type ImageState = (typeof imageStates)[number];

/** A disk image or ISO. */
export interface ImageRow {
  id: string;
  /** null: public. */
  projectId: string | null;
  name: string;
  state: ImageState;
  stateReason: string | null;
  format: ImageFormat | null;
  sizeBytes: number | null;
  virtualSizeBytes: number | null;
  sha256: string | null;
  expectedSha256: string | null;
  expectedSha512: string | null;
  sourceUrl: string | null;
  receivedBytes: number;
  totalBytes: number | null;
  defaultUser: string | null;
  createdById: string | null;
  task: TaskRow | null;
  createdAt: Date;
  version: number;
}

/** Columns and joins of a row; also for changed-entity-store.ts. */
export const selectImages = Prisma.sql`
  SELECT i.id, i.project_id AS "projectId", i.name, i.state, i.state_reason AS "stateReason", i.format,
    i.size_bytes::float8 AS "sizeBytes", i.virtual_size_bytes::float8 AS "virtualSizeBytes", i.sha256,
    i.expected_sha256 AS "expectedSha256", i.expected_sha512 AS "expectedSha512", i.source_url AS "sourceUrl",
    i.received_bytes::float8 AS "receivedBytes", i.total_bytes::float8 AS "totalBytes",
    i.default_user AS "defaultUser", i.created_by_id AS "createdById", ${taskSql(Prisma.sql`i.id`)} AS task,
    i.created_at AS "createdAt", i.version
  FROM image i`;

/** Which images a caller may see: those of the projects in scope, and the public ones where `includePublic`. */
export interface ImageView {
  scope: ProjectScope;
  includePublic?: boolean;
}

export interface NewImage {
  id?: string;
  projectId: string | null;
  name: string;
  state: 'uploading' | 'importing';
  sourceUrl?: string | null;
  expectedSha256?: string | null;
  expectedSha512?: string | null;
  totalBytes?: number | null;
  defaultUser?: string | null;
  createdById?: string | null;
}

/** Inserts an image before its bytes are there. */
export async function insertImage(tx: AtollTx, image: NewImage): Promise<ImageRow> {
  const id = image.id ?? newId();
  await tx.image.createMany({ data: { ...image, id } });
  await appendChange(tx, { topic: 'image', entityId: id, projectId: image.projectId, version: 1 });
  return getImage(tx, { id, scope: 'every-project', includePublic: true });
}

/**
 * How many images of a project (null: public ones) are being uploaded or imported. Whoever else counts waits for the end of this
 * transaction, so that what is inserted by the number is right.
 */
export async function countUnfinishedImages(tx: AtollTx, ref: { projectId: string | null }): Promise<number> {
  await tx.$queryRaw(
    Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('images'), hashtext(${ref.projectId ?? 'public'}))::text`,
  );
  return tx.image.count({ where: { ...ref, state: { in: ['uploading', 'importing', 'inspecting'] } } });
}

/** One image that the caller may see. Throws not_found. */
export async function getImage(db: DbOrTx, ref: ImageView & { id: string }): Promise<ImageRow> {
  const visible = inScope(Prisma.sql`i.project_id`, ref.scope, ref.includePublic);
  const rows = await db.$queryRaw<ImageRow[]>(Prisma.sql`${selectImages} WHERE i.id = ${ref.id}::uuid AND ${visible}`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such image.');
  return rows[0];
}

const byName: Order = { by: Prisma.sql`i.name`, id: Prisma.sql`i.id`, byType: 'text', idType: 'uuid' };

/** Images that the caller may see, by name. */
export async function listImages(
  db: DbOrTx,
  view: ImageView,
  filter: { state?: ImageState; search?: string },
  page: PageRequest,
): Promise<Page<ImageRow>> {
  const conditions = [
    inScope(Prisma.sql`i.project_id`, view.scope, view.includePublic),
    afterKeyset(byName, page.after),
  ];
  if (filter.state) conditions.push(Prisma.sql`i.state = ${filter.state}`);
  if (filter.search) conditions.push(Prisma.sql`i.name ILIKE ${containing(filter.search)}`);
  const rows = await db.$queryRaw<ImageRow[]>(
    Prisma.sql`${selectImages} WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(byName, page.limit)}`,
  );
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** Images in a state, of all projects and public: for the clean-up of uploads that nobody goes on with. */
export async function listImagesInState(db: DbOrTx, state: ImageState): Promise<ImageRow[]> {
  return db.$queryRaw<ImageRow[]>(Prisma.sql`${selectImages} WHERE i.state = ${state} ORDER BY i.created_at, i.id`);
}

export interface ImagePatch {
  name?: string;
  state?: ImageState;
  stateReason?: string | null;
  format?: ImageFormat;
  sizeBytes?: number;
  virtualSizeBytes?: number;
  sha256?: string;
  receivedBytes?: number;
  totalBytes?: number | null;
}

/**
 * Changes an image, bumps its version and tells it. `fromStates` makes it conditional: throws state_conflict when the
 * image is in none of them. `projectId` null is a public image. Throws not_found.
 */
export async function updateImage(
  tx: AtollTx,
  ref: { projectId: string | null; id: string; fromStates?: readonly ImageState[] },
  patch: ImagePatch,
): Promise<ImageRow> {
  const { id, projectId } = ref;
  const where = { id, projectId, ...(ref.fromStates && { state: { in: [...ref.fromStates] } }) };
  const { count } = await tx.image.updateMany({ where, data: { ...patch, version: { increment: 1 } } });
  const scope: ProjectScope = projectId === null ? { projectIds: [] } : { projectIds: [projectId] };
  const row = await getImage(tx, { id, scope, includePublic: projectId === null });
  if (count === 0)
    throw new AtollError('state_conflict', `The image is ${row.state}.`, { params: { state: row.state } });
  await appendChange(tx, { topic: 'image', entityId: id, projectId, version: row.version });
  return row;
}

/** Removes the row of an image; nothing to remove is no error. */
export async function deleteImage(tx: AtollTx, ref: { projectId: string | null; id: string }): Promise<void> {
  const rows = await tx.$queryRaw<{ version: number }[]>(Prisma.sql`
    DELETE FROM image WHERE id = ${ref.id}::uuid AND project_id IS NOT DISTINCT FROM ${ref.projectId}::uuid
    RETURNING version`);
  for (const { version } of rows)
    await appendChange(tx, { topic: 'image', entityId: ref.id, projectId: ref.projectId, version: version + 1 });
}

/** Whether any other image has these bytes: then the file, named by its checksum, must stay. */
export async function isImageFileShared(db: DbOrTx, ref: { id: string; sha256: string }): Promise<boolean> {
  const other = await db.image.findFirst({ where: { sha256: ref.sha256, id: { not: ref.id } }, select: { id: true } });
  return other !== null;
}
