import type { EventTopic } from '#server/contract/event.ts';
import { type Db, type DbOrTx, inTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * Changes on their way to browsers and programs. Business transactions only insert (change.ts). One publisher gives
 * each committed row the next `seq` and rings: so the order of `seq` is an order of commits, and whoever has
 * read up to a seq has missed nothing. Ids of the sequence would not do: a transaction that began early may commit late.
 */
export interface OutboxRow {
  /** Position in the stream, from 1. */
  seq: number;
  topic: EventTopic;
  entityId: string;
  projectId: string | null;
  version: number;
  at: Date;
}

/** NOTIFY channel on which the publisher rings; the payload is the last seq. */
export const outboxChannel = 'atoll_outbox';

/** Rows that one run publishes at most, so that its statement stays short. */
export const publishBatch = 1_000;

/** Changes that one read gives at most. */
export const readLimit = 500;

export interface Published {
  count: number;
  /** Last seq given in this run; null when there was nothing. */
  lastSeq: number | null;
}

/**
 * Publishes what was committed since: gives `seq` in order of commit and rings once, in one statement. The row of
 * `outbox_head` is its lock: who waited for it looks again at each row (FOR UPDATE) and passes over what another publisher
 * has published meanwhile. Call again at once while `count` is {@link publishBatch}. Where nothing waits, it costs one look at an empty index.
 */
export async function publishOutbox(db: Db): Promise<Published> {
  const [done] = await db.$queryRaw<Published[]>(Prisma.sql`
    WITH head AS MATERIALIZED (
      SELECT last_seq FROM outbox_head WHERE EXISTS (SELECT 1 FROM outbox WHERE seq IS NULL) FOR UPDATE
    ), waiting AS MATERIALIZED (
      SELECT o.id FROM outbox o WHERE o.seq IS NULL AND EXISTS (SELECT 1 FROM head) ORDER BY o.id LIMIT ${publishBatch} FOR UPDATE
    ), fresh AS MATERIALIZED (
      SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS count FROM waiting
    ), moved AS (
      UPDATE outbox_head SET last_seq = last_seq + (SELECT count(*) FROM fresh)
      WHERE EXISTS (SELECT 1 FROM fresh) RETURNING last_seq
    ), given AS (
      UPDATE outbox o SET seq = moved.last_seq - fresh.count + fresh.place FROM fresh, moved WHERE o.id = fresh.id
      RETURNING o.seq
    ), done AS (SELECT count(*)::int AS count, max(seq) AS last_seq FROM given)
    SELECT count, last_seq::float8 AS "lastSeq",
      CASE WHEN count > 0 THEN pg_notify(${outboxChannel}, last_seq::text)::text END AS rung FROM done`);
  return { count: done?.count ?? 0, lastSeq: done?.lastSeq ?? null };
}

/** `gone`: rows after this seq were trimmed, or the seq is not ours: relist and follow from `headSeq`. */
export type OutboxAnswer = { gone: false; changes: OutboxRow[] } | { gone: true; headSeq: number };

/** Published changes after a seq, in order, at most `limit`. Callers filter by what their reader may see. */
export async function readOutbox(db: DbOrTx, afterSeq: number, limit = readLimit): Promise<OutboxAnswer> {
  // One statement, so that a trim in between cannot open a gap that is not seen.
  const rows = await db.$queryRaw<(OutboxRow & { trimmedSeq: number; headSeq: number })[]>(Prisma.sql`
    SELECT h.trimmed_seq::float8 AS "trimmedSeq", h.last_seq::float8 AS "headSeq", o.seq::float8 AS seq, o.topic,
      o.entity_id AS "entityId", o.project_id AS "projectId", o.version, o.at
    FROM outbox_head h LEFT JOIN LATERAL (
      SELECT * FROM outbox WHERE seq > ${afterSeq}::bigint ORDER BY seq LIMIT ${limit}) o ON true
    ORDER BY o.seq`);
  const head = rows[0];
  if (!head) throw new Error('outbox_head has no row: the migrations did not run.');
  if (afterSeq < head.trimmedSeq || afterSeq > head.headSeq) return { gone: true, headSeq: head.headSeq };
  const changes = rows.filter((row) => row.seq !== null).map(({ trimmedSeq: _, headSeq: __, ...change }) => change);
  return { gone: false, changes };
}

/** Seq of the last published change: where a new reader begins, before it reads its lists. */
export async function outboxHead(db: DbOrTx): Promise<number> {
  const [row] = await db.$queryRaw<{ seq: number }[]>(Prisma.sql`SELECT last_seq::float8 AS seq FROM outbox_head`);
  return row?.seq ?? 0;
}

/** Forgets published changes older than this; readers that are further behind are told `gone`. Answers how many. */
export async function trimOutbox(db: Db, olderThanSeconds: number): Promise<number> {
  return inTx(db, async (tx) => {
    const [trimmed] = await tx.$queryRaw<{ count: number; lastSeq: number | null }[]>(Prisma.sql`
      WITH old AS (
        DELETE FROM outbox
        WHERE seq <= (
          SELECT max(seq) FROM outbox
          WHERE seq IS NOT NULL AND at < now() - make_interval(secs => ${olderThanSeconds}::float8))
        RETURNING seq
      )
      SELECT count(*)::int AS count, max(seq)::float8 AS "lastSeq" FROM old`);
    if (!trimmed || trimmed.lastSeq === null) return 0;
    await tx.$executeRaw(Prisma.sql`UPDATE outbox_head SET trimmed_seq = ${trimmed.lastSeq}::bigint`);
    return trimmed.count;
  });
}
