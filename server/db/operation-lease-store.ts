import type { QueueOrder } from '#server/contract/queue.ts';
import { appendChange } from './change.ts';
import { type Db, inTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { liveOperationStates, type OperationRow, operationColumns } from './operation-row.ts';
import { queueSql, recentQueueOrder } from './queue-order-store.ts';
import { type TouchedTarget, tellTarget, touchedTarget, touchTarget } from './target.ts';

/**
 * Who works on which operation. A lease ends by the clock of the database, never by that of a worker (F16); the fence
 * grows with every claim, and every write names the fence it was claimed with.
 */
export interface Claim {
  owner: string;
  leaseMs: number;
  /** `kind version` of every workflow that the claimer can run; others are left to newer or older workers (F24). */
  workflows: readonly string[];
  /** Operations that may run on one host at once, over all workers: a host that hangs takes no more than these (F10). */
  perHost: number;
  /** Somebody rang: it is not asked first whether anything is due. */
  expected?: boolean;
  /** Default: as it is set. */
  order?: QueueOrder;
}

/** Any constant; what is locked is the act of claiming, so that `perHost` and fairness are counted exactly. */
const claimLock = 4_108_211;

/** A worker that is stopped (SIGSTOP) in the middle of its claim holds up the others for no longer than this. */
const claimIdleMs = 3_000;

const live = Prisma.join([...liveOperationStates]);
const leased = Prisma.sql`state IN (${live}) AND lease_until >= now()`;
const due = Prisma.sql`
  c.state IN (${live}) AND c.run_after <= now() AND (c.lease_until IS NULL OR c.lease_until < now())`;

/** Whether a claim is worth the lock. */
async function anyDue(db: Db, workflows: readonly string[]): Promise<boolean> {
  const [row] = await db.$queryRaw<{ found: boolean }[]>(Prisma.sql`
    SELECT EXISTS (
      SELECT 1 FROM operation c WHERE ${due} AND c.kind || ' ' || c.workflow_version = ANY(${[...workflows]})
    ) AS found`);
  return row?.found === true;
}

/**
 * Takes the next operation: by priority class, then as the setting says (queue-order-store.ts). Null when there is nothing to do, or
 * only on hosts that are busy.
 *
 * `attempts` counts claims that nobody ended in order. From the third on, the claim itself puts `run_after` off, so that
 * an operation that kills its worker comes back ever more rarely while others flow (F22).
 */
export async function claimOperation(db: Db, claim: Claim): Promise<OperationRow | null> {
  if (!claim.expected && !(await anyDue(db, claim.workflows))) return null;
  const queue = queueSql(claim.order ?? (await recentQueueOrder(db)));
  return inTx(db, async (tx) => {
    await tx.$queryRaw(Prisma.sql`
      SELECT set_config('idle_in_transaction_session_timeout', ${String(claimIdleMs)}, true),
        pg_advisory_xact_lock(${claimLock})::text`);
    const [found] = await tx.$queryRaw<(OperationRow & { touched: TouchedTarget | null })[]>(Prisma.sql`
      WITH held AS (
        UPDATE operation o SET
          owner = ${claim.owner}, fence = o.fence + 1, lease_until = now() + ${claim.leaseMs} * interval '1 millisecond',
          state = CASE WHEN o.state = 'pending' THEN 'running' ELSE o.state END,
          started_at = COALESCE(o.started_at, now()), attempts = o.attempts + 1, version = o.version + 1,
          run_after = CASE WHEN o.attempts < 2 THEN o.run_after
            ELSE now() + LEAST(600, 10 * 2 ^ LEAST(o.attempts, 8)) * interval '1 second' END
        WHERE o.id = (
          SELECT c.id FROM operation c
          LEFT JOIN (SELECT host_id, count(*) AS running FROM operation WHERE ${leased} GROUP BY host_id) h
            ON h.host_id = c.host_id
          LEFT JOIN (SELECT project_id, count(*) AS running FROM operation WHERE ${leased} GROUP BY project_id) p
            ON p.project_id = c.project_id
          ${queue.join}
          WHERE ${due} AND c.kind || ' ' || c.workflow_version = ANY(${[...claim.workflows]})
            AND COALESCE(h.running, 0) < ${claim.perHost}
          ORDER BY ${queue.orderBy}
          LIMIT 1 FOR UPDATE OF c SKIP LOCKED)
        RETURNING ${operationColumns}
      ), ${touchedTarget('instance')}
      SELECT held.*, (SELECT to_jsonb(target) FROM target) AS touched FROM held`);
    if (!found) return null;
    const { touched, ...row } = found;
    await appendChange(tx, { topic: 'operation', entityId: row.id, projectId: row.projectId, version: row.version });
    // Nearly all work is on instances, so those are touched on the way.
    if (row.targetType === 'instance') await tellTarget(tx, 'instance', touched);
    else await touchTarget(tx, { type: row.targetType, id: row.targetId });
    return row;
  });
}

/** An operation that is due and that no worker takes. */
export type Unclaimed = Pick<OperationRow, 'id' | 'projectId' | 'kind' | 'workflowVersion'> & {
  target: { type: string; id: string; name: string };
};

/**
 * Operations that have been due for so long, that nobody holds, and for which `workflows` has nothing: they wait for a worker of another
 * version, which may never come. A worker of theirs, if there is one, has taken them long before.
 */
export async function listUnclaimable(
  db: Db,
  { workflows, dueSeconds }: { workflows: readonly string[]; dueSeconds: number },
): Promise<Unclaimed[]> {
  return db.$queryRaw<Unclaimed[]>(Prisma.sql`
    SELECT c.id, c.project_id AS "projectId", c.kind, c.workflow_version AS "workflowVersion",
      jsonb_build_object('type', c.target_type, 'id', c.target_id, 'name', c.target_name) AS target
    FROM operation c
    WHERE ${due} AND greatest(c.run_after, coalesce(c.lease_until, c.run_after)) < now() - make_interval(secs => ${dueSeconds}::float8)
      AND c.kind || ' ' || c.workflow_version <> ALL(${[...workflows]})
    ORDER BY c.id`);
}

/** Renews leases in one statement. Answers the ids that are still its own; others are somebody else's by now. */
export async function renewLeases(
  db: Db,
  renewal: { owner: string; held: readonly { id: string; fence: number }[]; leaseMs: number },
): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ id: string }[]>(Prisma.sql`
    UPDATE operation o SET lease_until = now() + ${renewal.leaseMs} * interval '1 millisecond'
    FROM unnest(${renewal.held.map((held) => held.id)}::uuid[], ${renewal.held.map((held) => held.fence)}::bigint[])
      AS held (id, fence)
    WHERE o.id = held.id AND o.fence = held.fence AND o.owner = ${renewal.owner}
    RETURNING o.id`);
  return new Set(rows.map(({ id }) => id));
}

/** Which of the operations that it holds a worker is asked to cancel. */
export async function listCancelRequests(db: Db, owner: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM operation WHERE state = 'running' AND owner = ${owner} AND cancel_requested_at IS NOT NULL`);
  return rows.map(({ id }) => id);
}
