import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { type ImageRow, listImagesInState, updateImage } from './image-store.ts';

/*
 * The bytes of an image come through one request at a time, however many web processes there are: two would mix theirs in
 * one file. The request holds a lease on the row, by the clock of the database, and says with its progress that it lives.
 */

/** Who writes the file: an id that each request draws anew. */
export interface UploadRef {
  id: string;
  projectId: string | null;
  holder: string;
}

/** A client that is cut off without a word comes back through another process after so long. */
const leaseSeconds = 15;
/** For how long, by its own monotonic clock, a holder may write after it was heard: well before the lease ends. */
export const writeMs = 10_000;

const leaseEnd = Prisma.sql`clock_timestamp() + make_interval(secs => ${leaseSeconds}::float8)`;
const written = ['uploading', 'inspecting'] as const;

/** Takes the upload that stands at byte `offset`. Throws state_conflict when another request writes it, or it has moved on. */
export async function claimUpload(db: DbOrTx, ref: UploadRef, offset: number): Promise<void> {
  const claimed = await db.$executeRaw(Prisma.sql`
    UPDATE image SET upload_holder = ${ref.holder}::uuid, upload_lease_until = ${leaseEnd}
    WHERE id = ${ref.id}::uuid AND project_id IS NOT DISTINCT FROM ${ref.projectId}::uuid
      AND state IN (${Prisma.join(written)}) AND received_bytes = ${offset}
      AND (upload_lease_until IS NULL OR upload_lease_until < clock_timestamp())`);
  if (claimed === 0) throw new AtollError('state_conflict', 'This image is being uploaded already.');
}

/**
 * Says that the holder lives; locks the row in a transaction. Throws state_conflict when it holds the upload no longer: another
 * request goes on with it, or it is being deleted.
 */
export async function renewUpload(db: DbOrTx, ref: UploadRef): Promise<void> {
  const renewed = await db.$executeRaw(Prisma.sql`
    UPDATE image SET upload_lease_until = ${leaseEnd}
    WHERE id = ${ref.id}::uuid AND upload_holder = ${ref.holder}::uuid AND state IN (${Prisma.join(written)})`);
  if (renewed === 0) throw new AtollError('state_conflict', 'Another request goes on with this upload.');
}

/** Tells how far an upload is, as its holder. Throws state_conflict as {@link renewUpload} does. */
export async function tellUpload(tx: AtollTx, ref: UploadRef, receivedBytes: number): Promise<ImageRow> {
  await renewUpload(tx, ref);
  return updateImage(tx, { id: ref.id, projectId: ref.projectId, fromStates: written }, { receivedBytes });
}

/** Gives an upload back; when it was is how the sweep knows since when nobody goes on with it. */
export async function releaseUpload(db: DbOrTx, ref: UploadRef): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    UPDATE image SET upload_holder = NULL, upload_lease_until = clock_timestamp()
    WHERE id = ${ref.id}::uuid AND upload_holder = ${ref.holder}::uuid`);
}

/** Uploads that nobody has gone on with for so many hours. */
export async function listAbandonedUploads(db: DbOrTx, idleHours: number): Promise<{ id: string }[]> {
  return db.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM image WHERE state IN (${Prisma.join(written)})
      AND coalesce(upload_lease_until, created_at) < now() - make_interval(hours => ${idleHours}::int)
    ORDER BY id`);
}

/**
 * Fails an upload with the reason, unless somebody has gone on with it by now. Answers its row, or null where there is nothing to
 * fail any more.
 */
export async function failAbandonedUpload(
  tx: AtollTx,
  ref: { id: string; idleHours: number },
  reason: string,
): Promise<ImageRow | null> {
  const rows = await tx.$queryRaw<{ projectId: string | null }[]>(Prisma.sql`
    SELECT project_id AS "projectId" FROM image WHERE id = ${ref.id}::uuid AND state IN (${Prisma.join(written)})
      AND coalesce(upload_lease_until, created_at) < now() - make_interval(hours => ${ref.idleHours}::int)
    FOR UPDATE`);
  const [row] = rows;
  if (!row) return null;
  return updateImage(tx, { id: ref.id, projectId: row.projectId }, { state: 'failed', stateReason: reason });
}

/** Ids of the images whose bytes are still coming, so that the files of others can go. */
export async function listWrittenUploads(db: DbOrTx): Promise<ReadonlySet<string>> {
  const rows = await Promise.all(written.map((state) => listImagesInState(db, state)));
  return new Set(rows.flat().map((row) => row.id));
}
