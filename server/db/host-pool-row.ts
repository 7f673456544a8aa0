import type { LoadSource, PoolPolicy } from '#server/contract/host-pool.ts';
import { Prisma } from './generated/client.ts';

interface Named {
  id: string;
  name: string;
}

interface PoolCounter {
  total: number;
  allocatable: number;
  claimed: number;
}

/** A pool of hosts with what is shown beside it, read in one query. */
export interface HostPoolRow {
  id: string;
  name: string;
  description: string;
  visibility: 'public' | 'private';
  policy: PoolPolicy;
  loadSource: LoadSource;
  cpuRatio: number;
  memoryRatio: number;
  diskRatio: number;
  reserveVcpus: number;
  reserveMemoryMiB: number;
  reserveDiskGiB: number;
  labels: Record<string, string>;
  isDefault: boolean;
  /** Projects that were granted it. */
  projects: Named[];
  /** Flavors that it takes; none: all, and custom sizes. */
  flavors: Named[];
  hosts: number;
  /** Sums over its hosts. */
  capacity: Record<'vcpus' | 'memoryMiB' | 'diskGiB', PoolCounter>;
  createdAt: Date;
  version: number;
}

const nothing = Prisma.raw(`'{"total": 0, "allocatable": 0, "claimed": 0}'::jsonb`);

/** Columns and joins of {@link HostPoolRow}. */
export const selectHostPools = Prisma.sql`
  SELECT p.id, p.name, p.description, p.visibility, p.policy, p.load_source AS "loadSource", p.cpu_ratio AS "cpuRatio",
    p.memory_ratio AS "memoryRatio", p.disk_ratio AS "diskRatio", p.reserve_vcpus AS "reserveVcpus",
    p.reserve_memory_mib AS "reserveMemoryMiB", p.reserve_disk_gib AS "reserveDiskGiB", p.labels,
    p.is_default AS "isDefault",
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', j.id, 'name', j.name) ORDER BY j.name, j.id)
      FROM pool_grant g JOIN project j ON j.id = g.project_id WHERE g.pool_id = p.id), '[]') AS projects,
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name) ORDER BY f.name, f.id)
      FROM pool_flavor a JOIN flavor f ON f.id = a.flavor_id WHERE a.pool_id = p.id), '[]') AS flavors,
    (SELECT count(*)::int FROM host h WHERE h.pool_id = p.id) AS hosts,
    jsonb_build_object('vcpus', ${nothing}, 'memoryMiB', ${nothing}, 'diskGiB', ${nothing}) || coalesce((
      SELECT jsonb_object_agg(s.resource, s.sums) FROM (
        SELECT n.resource, jsonb_build_object('total', sum(n.total),
          'allocatable', sum(greatest(floor(n.total * n.ratio)::bigint - n.reserved, 0)), 'claimed', sum(n.used)) AS sums
        FROM host_inventory n JOIN host h ON h.id = n.host_id WHERE h.pool_id = p.id GROUP BY n.resource) s), '{}')
      AS capacity,
    p.created_at AS "createdAt", p.version
  FROM host_pool p`;
