import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** A console that a member may open for some time without a right of their own to it. */
export interface ConsoleShareRow {
  id: string;
  projectId: string;
  instanceId: string;
  kind: 'vnc' | 'serial';
  forUser: { id: string; name: string };
  createdBy: { id: string; name: string } | null;
  viewOnly: boolean;
  createdAt: Date;
  expiresAt: Date;
}

/** Good now, by the clock of the database, and of an instance that is still in its project. */
const selectGood = Prisma.sql`
  SELECT s.id, s.project_id AS "projectId", s.instance_id AS "instanceId", s.kind,
    jsonb_build_object('id', u.id, 'name', u.name) AS "forUser",
    CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('id', c.id, 'name', c.name) END AS "createdBy",
    s.view_only AS "viewOnly", s.created_at AS "createdAt", s.expires_at AS "expiresAt"
  FROM console_share s JOIN instance i ON i.id = s.instance_id AND i.project_id = s.project_id
  JOIN "user" u ON u.id = s.user_id LEFT JOIN "user" c ON c.id = s.created_by_id
  WHERE s.revoked_at IS NULL AND s.expires_at > now()`;

/** Shares a console; answers the share. */
export async function insertConsoleShare(
  tx: AtollTx,
  share: {
    projectId: string;
    instanceId: string;
    kind: 'vnc' | 'serial';
    userId: string;
    createdById: string;
    viewOnly: boolean;
    ttlSeconds: number;
  },
): Promise<ConsoleShareRow> {
  const id = newId();
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO console_share (id, project_id, instance_id, kind, user_id, created_by_id, view_only, expires_at)
    VALUES (${id}::uuid, ${share.projectId}::uuid, ${share.instanceId}::uuid, ${share.kind}, ${share.userId}::uuid,
      ${share.createdById}::uuid, ${share.viewOnly}, now() + make_interval(secs => ${share.ttlSeconds}::float8))`);
  const [made] = await listGoodShares(tx, [id]);
  if (!made) throw new Error('A share that was just inserted is not there.');
  return made;
}

/** The good ones among these shares. */
export async function listGoodShares(db: DbOrTx, ids: readonly string[]): Promise<ConsoleShareRow[]> {
  if (ids.length === 0) return [];
  return db.$queryRaw<ConsoleShareRow[]>(Prisma.sql`${selectGood} AND s.id = ANY(${[...ids]}::uuid[])`);
}

/** The good shares of an instance, newest first. */
export async function listConsoleShares(
  db: DbOrTx,
  ref: { projectId: string; instanceId: string },
): Promise<ConsoleShareRow[]> {
  return db.$queryRaw<ConsoleShareRow[]>(Prisma.sql`
    ${selectGood} AND s.instance_id = ${ref.instanceId}::uuid AND s.project_id = ${ref.projectId}::uuid
    ORDER BY s.created_at DESC, s.id`);
}

/** Ends a share; again is no error. Throws not_found. */
export async function revokeConsoleShare(
  tx: AtollTx,
  ref: { projectId: string; instanceId: string; id: string },
): Promise<void> {
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE console_share SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${ref.id}::uuid
      AND instance_id = ${ref.instanceId}::uuid AND project_id = ${ref.projectId}::uuid`);
  if (count === 0) throw new AtollError('not_found', 'There is no such share.');
}
