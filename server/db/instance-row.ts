import type { InstanceKind, InstanceState } from '#server/contract/instance-state.ts';
import type { OperationKind } from '#server/contract/operation.ts';
import { Prisma } from './generated/client.ts';

export type InstanceLifecycle = 'creating' | 'ready' | 'failed' | 'deleting';
export type DesiredState = 'running' | 'stopped' | 'paused';
export type ObservedState = 'running' | 'paused' | 'stopped' | 'crashed' | 'missing';

export interface InstanceAddress {
  address: string;
  family: 'ipv4' | 'ipv6';
  source: 'lease' | 'agent' | 'engine';
  network: string | null;
}

export interface InstancePort {
  containerPort: number;
  hostPort: number | null;
  protocol: 'tcp' | 'udp';
}

/** The operation in flight on a row, as people see it. */
export interface TaskRow {
  operationId: string;
  kind: OperationKind;
  step: string | null;
  percent: number;
}

/** A VM or container with what is shown beside it, read in one query. */
export interface InstanceRow {
  id: string;
  projectId: string;
  /** The project that its mark on the host names: the one it was made in. */
  markedProjectId: string;
  kind: InstanceKind;
  name: string;
  /** What people see: derived from lifecycle, observed state and the state of the host. */
  state: InstanceState;
  lifecycle: InstanceLifecycle;
  failureReason: string | null;
  desiredState: DesiredState;
  observedState: ObservedState | null;
  observedReason: string | null;
  stateSince: Date;
  host: { id: string; name: string; state: string; stateReason: string | null } | null;
  hostPool: { id: string; name: string } | null;
  placementGroup: { id: string; name: string } | null;
  /** What its host must have. */
  traits: string[];
  flavor: { id: string; name: string } | null;
  imageId: string | null;
  imageName: string | null;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  hostname: string;
  network: string;
  mac: string | null;
  addresses: InstanceAddress[];
  ports: InstancePort[];
  spec: Record<string, unknown>;
  envNames: string[];
  volumes: { id: string; name: string; target: string | null; sizeGiB: number }[];
  task: TaskRow | null;
  /** Grows when the instance is made anew on another host. */
  generation: number;
  createdBy: { id: string; name: string } | null;
  createdAt: Date;
  observedAt: Date | null;
  version: number;
}

/**
 * The public state of instance `i` on host `h`. A host that does not answer, or that we do not trust, hides what its
 * instances really do.
 */
export const instanceStateSql = Prisma.sql`
  CASE
    WHEN i.lifecycle <> 'ready' THEN i.lifecycle
    WHEN h.state IN ('unreachable', 'quarantined') THEN 'unreachable'
    ELSE coalesce(i.observed_state, 'missing')
  END`;

/** The live operation on the row `target`, as jsonb; the partial unique index operation_live_target finds it. */
export const taskSql = (target: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT jsonb_build_object('operationId', t.id, 'kind', t.kind, 'step', t.step, 'percent', t.percent)
  FROM operation t WHERE t.target_id = ${target} AND t.state IN ('pending', 'running', 'undoing', 'stuck'))`;

/** Columns and joins of {@link InstanceRow}. */
export const selectInstances = Prisma.sql`
  SELECT i.id, i.project_id AS "projectId", coalesce(i.marked_project_id, i.project_id) AS "markedProjectId", i.kind, i.name, ${instanceStateSql} AS state, i.lifecycle,
    i.failure_reason AS "failureReason", i.desired_state AS "desiredState", i.observed_state AS "observedState",
    i.observed_reason AS "observedReason", i.state_since AS "stateSince",
    CASE WHEN h.id IS NOT NULL THEN
      jsonb_build_object('id', h.id, 'name', h.name, 'state', h.state, 'stateReason', h.state_reason) END AS host,
    CASE WHEN hp.id IS NOT NULL THEN jsonb_build_object('id', hp.id, 'name', hp.name) END AS "hostPool",
    CASE WHEN pg.id IS NOT NULL THEN jsonb_build_object('id', pg.id, 'name', pg.name) END AS "placementGroup",
    coalesce(i.traits, '{}') AS traits,
    CASE WHEN f.id IS NOT NULL THEN jsonb_build_object('id', f.id, 'name', f.name) END AS flavor,
    i.image_id AS "imageId", i.image_name AS "imageName", i.vcpus, i.memory_mib AS "memoryMiB", i.disk_gib AS "diskGiB",
    i.hostname, i.network, i.mac, i.addresses, i.ports, i.spec, coalesce(i.env_names, '{}') AS "envNames",
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name, 'target', v.target, 'sizeGiB', v.size_gib)
        ORDER BY v.created_at, v.id)
      FROM volume v WHERE v.instance_id = i.id), '[]') AS volumes,
    ${taskSql(Prisma.sql`i.id`)} AS task,
    i.generation, CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'name', u.name) END AS "createdBy",
    i.created_at AS "createdAt", i.observed_at AS "observedAt", i.version
  FROM instance i
  LEFT JOIN host h ON h.id = i.host_id
  LEFT JOIN host_pool hp ON hp.id = h.pool_id
  LEFT JOIN placement_group pg ON pg.id = i.placement_group_id
  LEFT JOIN flavor f ON f.id = i.flavor_id
  LEFT JOIN "user" u ON u.id = i.created_by_id`;
