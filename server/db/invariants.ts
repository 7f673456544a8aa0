import { poolQuotaResources } from '#server/contract/quota-resources.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** The invariants of reliability.md that the database can tell of by itself; I3, I4 and I8 need the hosts, too. */
export type DatabaseInvariant = 'I1' | 'I2' | 'I5' | 'I6' | 'I7';

export interface Violation {
  invariant: DatabaseInvariant;
  /** English sentence with the numbers. */
  message: string;
  /** What it is about: ids of the project, host, instance, operation… */
  ids: string[];
}

/** Each answers `message` and `ids`. */
const checks: [DatabaseInvariant, Prisma.Sql][] = [
  [
    'I1',
    Prisma.sql`
      SELECT 'quota ' || resource || ': ' || coalesce(q.used, 0) || ' used, but its reservations add up to '
          || coalesce(r.amount, 0) AS message, ARRAY[project_id::text] AS ids
      FROM (SELECT project_id, resource, used FROM quota) q
      FULL JOIN (
        SELECT project_id, resource, sum(amount) AS amount FROM reservation
        WHERE host_id IS NULL AND pool_id IS NULL AND state <> 'released' GROUP BY 1, 2) r USING (project_id, resource)
      WHERE coalesce(q.used, 0) <> coalesce(r.amount, 0)`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'quota in a pool, ' || resource || ': ' || coalesce(q.used, 0) || ' used, but its reservations add up to '
          || coalesce(r.amount, 0) AS message, ARRAY[project_id::text, pool_id::text] AS ids
      FROM (SELECT project_id, pool_id, resource, used FROM pool_quota) q
      FULL JOIN (
        SELECT project_id, pool_id, resource, sum(amount) AS amount FROM reservation
        WHERE pool_id IS NOT NULL AND state <> 'released' GROUP BY 1, 2, 3) r USING (project_id, pool_id, resource)
      WHERE coalesce(q.used, 0) <> coalesce(r.amount, 0)`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'host ' || resource || ': ' || coalesce(h.used, 0) || ' claimed, but its reservations add up to '
          || coalesce(r.amount, 0) AS message, ARRAY[host_id::text] AS ids
      FROM (SELECT host_id, resource, used FROM host_inventory) h
      FULL JOIN (
        SELECT host_id, resource, sum(amount) AS amount FROM reservation
        WHERE host_id IS NOT NULL AND state <> 'released' GROUP BY 1, 2) r USING (host_id, resource)
      WHERE coalesce(h.used, 0) <> coalesce(r.amount, 0)`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'claims are held for something that is not there' AS message,
        ARRAY[r.owner_id::text, r.project_id::text] AS ids
      FROM reservation r
      WHERE r.state <> 'released'
        AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.id = r.owner_id AND i.project_id = r.project_id)
        AND NOT EXISTS (SELECT 1 FROM volume v WHERE v.id = r.owner_id AND v.project_id = r.project_id)
      GROUP BY r.owner_id, r.project_id`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'a ' || i.kind || ' of ' || i.vcpus || ' vCPUs and ' || i.memory_mib || ' MiB has claims of ' || c.instances
          || ' instances, ' || c.containers || ' containers, ' || c.vcpus || ' vCPUs and ' || c.memory || ' MiB' AS message,
        ARRAY[i.id::text, i.project_id::text] AS ids
      FROM instance i CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE resource = 'instances'), 0) AS instances,
          coalesce(sum(amount) FILTER (WHERE resource = 'containers'), 0) AS containers,
          coalesce(sum(amount) FILTER (WHERE resource = 'vcpus'), 0) AS vcpus,
          coalesce(sum(amount) FILTER (WHERE resource = 'memoryMiB'), 0) AS memory
        FROM reservation r
        WHERE r.owner_id = i.id AND r.host_id IS NULL AND r.pool_id IS NULL AND r.state <> 'released') c
      WHERE i.lifecycle IN ('creating', 'ready')
        AND (c.instances, c.containers, c.vcpus, c.memory) IS DISTINCT FROM
          (1::numeric, (i.kind = 'container')::int::numeric, i.vcpus::numeric, i.memory_mib::numeric)`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'a volume of ' || v.size_gib || ' GiB has claims of ' || c.volumes || ' volumes and ' || c.disk || ' GiB'
          AS message, ARRAY[v.id::text, v.project_id::text] AS ids
      FROM volume v CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE resource = 'volumes'), 0) AS volumes,
          coalesce(sum(amount) FILTER (WHERE resource = 'diskGiB'), 0) AS disk
        FROM reservation r
        WHERE r.owner_id = v.id AND r.host_id IS NULL AND r.pool_id IS NULL AND r.state <> 'released') c
      WHERE v.state IN ('creating', 'ready')
        AND (c.volumes, c.disk) IS DISTINCT FROM (1::numeric, v.size_gib::numeric)`,
  ],
  [
    'I1',
    Prisma.sql`
      SELECT 'what an instance claims of its project and of the pool of its host differs: ' || q.resource || ' '
          || q.amount || ' and ' || coalesce(p.amount, 0) AS message,
        ARRAY[i.id::text, i.project_id::text, h.pool_id::text] AS ids
      FROM instance i JOIN host h ON h.id = i.host_id
      CROSS JOIN LATERAL (
        SELECT resource, sum(amount) AS amount FROM reservation r
        WHERE r.owner_id = i.id AND r.host_id IS NULL AND r.pool_id IS NULL AND r.state <> 'released' GROUP BY 1) q
      LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM reservation r
        WHERE r.owner_id = i.id AND r.pool_id = h.pool_id AND r.resource = q.resource AND r.state <> 'released') p ON true
      WHERE i.lifecycle IN ('creating', 'ready') AND q.resource = ANY(${[...poolQuotaResources]}::text[])
        AND q.amount <> coalesce(p.amount, 0)`,
  ],
  // A limit may be set below what is used: that is `tolerated`, and no claim is a breach that was within the limit of its time.
  [
    'I2',
    Prisma.sql`
      SELECT 'quota ' || resource || ': ' || used || ' used of ' || lim AS message, ARRAY[project_id::text] AS ids
      FROM quota WHERE used > greatest(lim, tolerated)`,
  ],
  [
    'I2',
    Prisma.sql`
      SELECT 'quota in a pool, ' || resource || ': ' || used || ' used of ' || lim AS message,
        ARRAY[project_id::text, pool_id::text] AS ids
      FROM pool_quota WHERE lim IS NOT NULL AND used > greatest(lim, tolerated)`,
  ],
  [
    'I2',
    Prisma.sql`
      SELECT 'host ' || resource || ': ' || used || ' claimed of ' || floor(total * ratio)::bigint - reserved AS message,
        ARRAY[host_id::text] AS ids
      FROM host_inventory WHERE used > floor(total * ratio)::bigint - reserved`,
  ],
  [
    'I5',
    // A lease lasts 30 s and the longest back-off ten minutes: what is put off for a day, nobody would claim.
    Prisma.sql`
      SELECT kind || ' is ' || state || ', but nobody holds it and nobody can claim it soon' AS message,
        ARRAY[id::text, target_id::text] AS ids
      FROM operation
      WHERE state IN ('pending', 'running', 'undoing', 'stuck')
        AND (lease_until > now() + interval '10 minutes' OR run_after > now() + interval '1 day'
          OR (owner IS NULL AND lease_until > now()))`,
  ],
  [
    'I5',
    Prisma.sql`
      SELECT kind || ' is ' || state || ', but ' || CASE WHEN ended_at IS NULL THEN 'has no end'
          WHEN owner IS NOT NULL THEN 'somebody still holds it' ELSE 'has steps that are under way' END AS message,
        ARRAY[o.id::text, o.target_id::text] AS ids
      FROM operation o
      WHERE state IN ('succeeded', 'failed', 'cancelled')
        AND (ended_at IS NULL OR owner IS NOT NULL OR EXISTS (
          SELECT 1 FROM operation_step s WHERE s.operation_id = o.id AND s.state IN ('running', 'undoing')))`,
  ],
  ...(
    [
      ['instance', 'instance'],
      ['volume', 'volume'],
      ['image', 'image'],
      ['host', 'host'],
      ['operation', 'operation'],
      ['flavor', 'flavor'],
      ['host_pool', 'host-pool'],
      ['placement_group', 'placement-group'],
      ['quota_request', 'quota-request'],
      ['project', 'project'],
    ] as const
  ).map(([table, topic]): [DatabaseInvariant, Prisma.Sql] => [
    'I6',
    // Only where its last change is not trimmed yet.
    Prisma.sql`
      SELECT ${topic}::text || ' is at version ' || t.version || ', but the last change told was version ' || o.version
          AS message, ARRAY[t.id::text] AS ids
      FROM ${Prisma.raw(table)} t
      JOIN (SELECT entity_id, max(version) AS version FROM outbox WHERE topic = ${topic} GROUP BY 1) o
        ON o.entity_id = t.id::text
      WHERE o.version <> t.version`,
  ]),
  [
    'I6',
    Prisma.sql`
      SELECT o.kind || ' was asked for by somebody and is not in the audit' AS message, ARRAY[o.id::text] AS ids
      FROM operation o
      WHERE o.created_by_id IS NOT NULL AND o.request_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM audit a WHERE a.request_id = o.request_id AND a.outcome = 'done')`,
  ],
  [
    'I7',
    Prisma.sql`
      SELECT o.kind || ' is stuck and nobody was told' AS message, ARRAY[o.id::text, o.target_id::text] AS ids
      FROM operation o
      WHERE o.state = 'stuck' AND NOT EXISTS (
        SELECT 1 FROM event e WHERE e.type = 'operation.stuck' AND e.params ->> 'operation' = o.id::text)`,
  ],
];

/**
 * Checks the invariants on one database; an empty list is what one wants. For `atoll doctor` and for tests after every crash.
 * Transactions in flight are not seen: each check is one statement, and sees only what is committed.
 */
export async function findViolations(db: DbOrTx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [invariant, query] of checks) {
    const rows = await db.$queryRaw<{ message: string; ids: string[] }[]>(query);
    for (const { message, ids } of rows) found.push({ invariant, message, ids });
  }
  return found;
}
