import { type QueueOrder, queueOrders } from '#server/contract/queue.ts';
import type { Db, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { liveOperationStates } from './operation-row.ts';
import { findSetting } from './setting-store.ts';

/**
 * The order of the queue: priority class first, then by the setting. Classes are hundreds of `priority`: 0–99 interactive, 100–199
 * normal, from 200 on background. Each minute that work is due and nobody takes it up lifts it by one class, so that none waits for ever.
 */
const ageing = Prisma.sql`floor(greatest(extract(epoch FROM now() - c.run_after), 0) / 60)`;
const classOf = Prisma.sql`greatest(floor(c.priority / 100.0) - ${ageing}, 0)`;

/** What came first. */
const arrival = Prisma.sql`c.run_after, c.id`;

/** Work of a kind that was never done is taken for this long. */
const unknownSeconds = 30;

/** So much of the past says how long a kind takes, and which project was served how often. */
const pastKinds = Prisma.sql`interval '1 day'`;
const pastService = Prisma.sql`interval '10 minutes'`;

/** How due operations `c` of a claim are joined and sorted; the counts of running ones per project are `p`. */
export interface QueueSql {
  join: Prisma.Sql;
  orderBy: Prisma.Sql;
}

const bySetting: Record<QueueOrder, QueueSql> = {
  fcfs: { join: Prisma.empty, orderBy: Prisma.sql`${classOf}, ${arrival}` },
  // Mean of what succeeded of late; the shortest first keeps the sum of all waiting smallest.
  'shortest-job': {
    join: Prisma.sql`
      LEFT JOIN (
        SELECT kind, avg(extract(epoch FROM ended_at - started_at)) AS seconds FROM operation
        WHERE state = 'succeeded' AND ended_at > now() - ${pastKinds} GROUP BY kind) k ON k.kind = c.kind`,
    orderBy: Prisma.sql`${classOf}, coalesce(k.seconds, ${unknownSeconds}), ${arrival}`,
  },
  // Least served first: what runs now, then what was begun of late. Work of the system belongs to no project and is never behind.
  'fair-share': {
    join: Prisma.sql`
      LEFT JOIN (
        SELECT d.project_id, (
          SELECT count(*) FROM operation s
          WHERE s.project_id = d.project_id AND s.created_at > now() - interval '1 day'
            AND s.started_at > now() - ${pastService}) AS begun
        FROM (
          SELECT DISTINCT project_id FROM operation
          WHERE state IN (${Prisma.join([...liveOperationStates])}) AND project_id IS NOT NULL) d) b
        ON b.project_id = c.project_id`,
    orderBy: Prisma.sql`${classOf}, coalesce(p.running, 0), coalesce(b.begun, 0), ${arrival}`,
  },
};

/** How a claim sorts under this order. */
export const queueSql = (order: QueueOrder): QueueSql => bySetting[order];

/** The setting as it is now. */
export async function readQueueOrder(db: DbOrTx): Promise<QueueOrder> {
  const order = (await findSetting(db, 'queueOrder'))?.order;
  return order && queueOrders.includes(order) ? order : 'fair-share';
}

/** Claims ask often and the setting changes seldom: workers look again after so long. */
const rereadMs = 5_000;
const known = new WeakMap<Db, { order: QueueOrder; at: number }>();

/** The setting as it was a few seconds ago. */
export async function recentQueueOrder(db: Db): Promise<QueueOrder> {
  const last = known.get(db);
  if (last && performance.now() - last.at < rereadMs) return last.order;
  const order = await readQueueOrder(db);
  known.set(db, { order, at: performance.now() });
  return order;
}
