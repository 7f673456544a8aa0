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

/** Key of the advisory lock of the one publisher: "outb" in ASCII. */
const publisherLock = 0x6f757462;

/** Rows that one run takes at most, so that its transaction stays short. */
const batch = 1_000;

export interface Published {
  count: number;
  /** Last seq given in this run; null when there was nothing, or another publisher is at work. */
  lastSeq: number | null;
}

/**
 * Publishes what was committed since: gives `seq` in order of commit and rings once. Runs in one transaction under an advisory lock;
 * where another publisher holds it, nothing is done. Call again at once while `count` is 1,000. Where nothing waits, as nearly
 * always, it costs one look at an empty index.
 */
export async function publishOutbox(db: Db): Promise<Published> {
  const waiting = await db.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM outbox WHERE seq IS NULL LIMIT 1`);
  if (waiting.length === 0) return { count: 0, lastSeq: null };
  return inTx(db, async (tx) => {
    const [lock] = await tx.$queryRaw<{ held: boolean }[]>(
      Prisma.sql`SELECT pg_try_advisory_xact_lock(${publisherLock}::bigint) AS held`,
    );
    if (!lock?.held) return { count: 0, lastSeq: null };
    const [done] = await tx.$queryRaw<{ count: number; lastSeq: number | null }[]>(Prisma.sql`
      WITH fresh AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM outbox WHERE seq IS NULL ORDER BY id LIMIT ${batch}
      ), given AS (
        UPDATE outbox o SET seq = (SELECT last_seq FROM outbox_head) + fresh.place FROM fresh WHERE o.id = fresh.id
        RETURNING o.seq
      )
      SELECT count(*)::int AS count, max(seq)::float8 AS "lastSeq" FROM given`);
    if (!done || done.lastSeq === null) return { count: 0, lastSeq: null };
    await tx.$executeRaw(Prisma.sql`UPDATE outbox_head SET last_seq = ${done.lastSeq}::bigint`);
    await tx.$queryRaw(Prisma.sql`SELECT pg_notify(${outboxChannel}, ${String(done.lastSeq)})::text AS rung`);
    return done;
  });
}

/** `gone`: rows after this seq were trimmed, or the seq is not ours: relist and follow from `headSeq`. */
export type OutboxAnswer = { gone: false; changes: OutboxRow[] } | { gone: true; headSeq: number };

/** Published changes after a seq, in order, at most `limit`. Callers filter by what their reader may see. */
export async function readOutbox(db: DbOrTx, afterSeq: number, limit = 500): Promise<OutboxAnswer> {
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
