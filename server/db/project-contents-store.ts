import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

export interface InstanceContent {
  id: string;
  name: string;
  kind: 'vm' | 'container';
  running: boolean;
  lifecycle: string;
  network: string;
  busy: boolean;
  /** Volumes of a container: their labels on the host name its project. */
  volumes: number;
  /** The pool of its host, where only some projects may use it. */
  privatePoolId: string | null;
}

export interface VolumeContent {
  id: string;
  name: string;
  kind: 'disk' | 'container';
  state: string;
  sizeGiB: number;
  instanceId: string | null;
  busy: boolean;
  privatePoolId: string | null;
}

export interface ImageContent {
  id: string;
  name: string;
  state: string;
  busy: boolean;
}

const live = (id: Prisma.Sql): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT 1 FROM operation o WHERE o.target_id = ${id} AND o.state IN ('pending', 'running', 'undoing', 'stuck'))`;
const privatePool = Prisma.sql`CASE WHEN hp.visibility = 'private' THEN hp.id END AS "privatePoolId"`;

/** Every instance of a project, by name. */
export function listInstanceContents(db: DbOrTx, ref: { projectId: string }): Promise<InstanceContent[]> {
  return db.$queryRaw<InstanceContent[]>(Prisma.sql`
    SELECT i.id, i.name, i.kind, coalesce(i.observed_state IN ('running', 'paused'), false) AS running, i.lifecycle,
      i.network, ${live(Prisma.sql`i.id`)} AS busy, ${privatePool},
      (SELECT count(*) FROM volume v WHERE v.instance_id = i.id)::int AS volumes
    FROM instance i LEFT JOIN host h ON h.id = i.host_id LEFT JOIN host_pool hp ON hp.id = h.pool_id
    WHERE i.project_id = ${ref.projectId}::uuid ORDER BY i.name`);
}

/** Every volume of a project, by name. */
export function listVolumeContents(db: DbOrTx, ref: { projectId: string }): Promise<VolumeContent[]> {
  return db.$queryRaw<VolumeContent[]>(Prisma.sql`
    SELECT v.id, v.name, v.kind, v.state, v.size_gib AS "sizeGiB", v.instance_id AS "instanceId",
      ${live(Prisma.sql`v.id`)} AS busy, ${privatePool}
    FROM volume v JOIN host h ON h.id = v.host_id LEFT JOIN host_pool hp ON hp.id = h.pool_id
    WHERE v.project_id = ${ref.projectId}::uuid ORDER BY v.name`);
}

/** Every image of a project, by name. */
export function listImageContents(db: DbOrTx, ref: { projectId: string }): Promise<ImageContent[]> {
  return db.$queryRaw<ImageContent[]>(Prisma.sql`
    SELECT i.id, i.name, i.state, ${live(Prisma.sql`i.id`)} AS busy FROM image i
    WHERE i.project_id = ${ref.projectId}::uuid ORDER BY i.name`);
}

/** How many open invitations, good tokens of the project alone, and operations that run now. */
export async function countProjectContents(
  db: DbOrTx,
  ref: { projectId: string },
): Promise<{ invitations: number; tokens: number; operations: number }> {
  const id = Prisma.sql`${ref.projectId}::uuid`;
  const [row] = await db.$queryRaw<{ invitations: number; tokens: number; operations: number }[]>(Prisma.sql`
    SELECT (SELECT count(*) FROM invitation WHERE project_id = ${id} AND accepted_at IS NULL AND revoked_at IS NULL
        AND expires_at > now())::int AS invitations,
      (SELECT count(*) FROM api_token WHERE project_id = ${id} AND revoked_at IS NULL AND expires_at > now())::int AS tokens,
      (SELECT count(*) FROM operation WHERE project_id = ${id}
        AND state IN ('pending', 'running', 'undoing', 'stuck'))::int AS operations`);
  return row ?? { invitations: 0, tokens: 0, operations: 0 };
}

/** The names that a project has already, and the private pools that it may use: what comes from elsewhere must fit in. */
export async function readMoveTarget(
  db: DbOrTx,
  ref: { projectId: string },
): Promise<{ instances: Set<string>; volumes: Set<string>; pools: Set<string> }> {
  const { projectId } = ref;
  const where = { where: { projectId } };
  const [instances, volumes, pools] = await Promise.all([
    db.instance.findMany({ ...where, select: { name: true } }),
    db.volume.findMany({ ...where, select: { name: true } }),
    db.poolGrant.findMany({ ...where, select: { poolId: true } }),
  ]);
  return {
    instances: new Set(instances.map(({ name }) => name)),
    volumes: new Set(volumes.map(({ name }) => name)),
    pools: new Set(pools.map(({ poolId }) => poolId)),
  };
}
