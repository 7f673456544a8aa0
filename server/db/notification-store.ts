import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

/** Something that a person was told. */
export interface NotificationRow {
  id: string;
  type: string;
  project: { id: string; slug: string; name: string } | null;
  targetType: string;
  targetId: string;
  params: Record<string, string | number>;
  createdAt: Date;
  readAt: Date | null;
}

export interface NewNotification {
  /** Such as quota-request.created; translated by the browser with `params`. */
  type: string;
  projectId: string | null;
  target: { type: string; id: string };
  params?: Record<string, string | number>;
}

/** Whose: of one person, and with a token of one project only what is of that project. */
export interface NotificationScope {
  userId: string;
  projectId?: string | null;
}

/** Tells people something, each once, in the transaction of what has happened. */
export async function notify(tx: AtollTx, userIds: readonly string[], told: NewNotification): Promise<void> {
  const readers = [...new Set(userIds)].sort();
  if (readers.length === 0) return;
  const { type, projectId, target, params = {} } = told;
  await tx.notification.createMany({
    data: readers.map((userId) => ({
      id: newId(),
      userId,
      type,
      projectId,
      targetType: target.type,
      targetId: target.id,
      params,
    })),
  });
  for (const userId of readers) await tell(tx, userId);
}

/** Ids of those who manage quotas: admins who can sign in. */
export async function listAdminIds(db: DbOrTx): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT id FROM "user" WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

const newestFirst: Order = {
  by: Prisma.sql`n.created_at`,
  id: Prisma.sql`n.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

const ofScope = ({ userId, projectId = null }: NotificationScope): Prisma.Sql => Prisma.sql`
  n.user_id = ${userId}::uuid ${projectId === null ? Prisma.empty : Prisma.sql`AND n.project_id = ${projectId}::uuid`}`;

/** What a person was told, newest first. */
export async function listNotifications(
  db: DbOrTx,
  scope: NotificationScope,
  filter: { unread?: boolean | undefined },
  page: PageRequest,
): Promise<Page<NotificationRow>> {
  const conditions = [ofScope(scope), afterKeyset(newestFirst, page.after)];
  if (filter.unread) conditions.push(Prisma.sql`n.read_at IS NULL`);
  const rows = await db.$queryRaw<NotificationRow[]>(Prisma.sql`
    SELECT n.id, n.type, n.target_type AS "targetType", n.target_id AS "targetId", n.params,
      n.created_at AS "createdAt", n.read_at AS "readAt",
      CASE WHEN p.id IS NOT NULL THEN jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name) END AS project
    FROM notification n LEFT JOIN project p ON p.id = n.project_id
    WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.createdAt.toISOString(), id: row.id }));
}

/** How much of it they have not read. */
export async function countUnread(db: DbOrTx, scope: NotificationScope): Promise<number> {
  const [row] = await db.$queryRaw<{ unread: number }[]>(
    Prisma.sql`SELECT count(*)::int AS unread FROM notification n WHERE ${ofScope(scope)} AND n.read_at IS NULL`,
  );
  return row?.unread ?? 0;
}

/** Marks those that are named, or all, as read; others' are not found and stay. Answers how many are unread then. */
export async function markRead(tx: AtollTx, scope: NotificationScope, ids?: readonly string[]): Promise<number> {
  const which = ids ? Prisma.sql`AND n.id = ANY(${[...ids]}::uuid[])` : Prisma.empty;
  const marked = await tx.$executeRaw(
    Prisma.sql`UPDATE notification n SET read_at = now() WHERE ${ofScope(scope)} AND n.read_at IS NULL ${which}`,
  );
  if (marked > 0) await tell(tx, scope.userId);
  return countUnread(tx, scope);
}

/** Forgets what is older than so many days; answers how much. */
export async function deleteOldNotifications(db: DbOrTx, olderThanDays: number): Promise<number> {
  return db.$executeRaw(
    Prisma.sql`DELETE FROM notification WHERE created_at < now() - ${olderThanDays} * interval '1 day'`,
  );
}

/** The change is of the person's whole list: its entity id is theirs, and nobody else is shown it. */
const tell = (tx: AtollTx, userId: string): Promise<void> =>
  appendChange(tx, { topic: 'notification', entityId: userId, projectId: null, version: 1 });
