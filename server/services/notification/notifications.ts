import type { Notification } from '#server/contract/notification.ts';
import {
  countUnread,
  listNotifications,
  markRead,
  type NotificationRow,
  type NotificationScope,
} from '#server/db/notification-store.ts';
import type { Actor } from '../access/actor.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';

/** A token of one project reaches nothing beyond it. */
const scopeOf = ({ userId, via }: Actor): NotificationScope => ({
  userId,
  projectId: via.type === 'token' ? via.projectId : null,
});

/** What the actor was told, newest first. */
export async function listOwnNotifications(ctx: ActorContext, input: ListInput & { unread?: boolean | undefined }) {
  const scope = scopeOf(ctx.actor);
  return pageOfList(
    ctx,
    ['notifications', scope.projectId, input.unread],
    input,
    (page) => listNotifications(ctx.app.db, scope, { unread: input.unread }, page),
    notificationView,
  );
}

/** How much of it the actor has not read. */
export async function countUnreadNotifications(ctx: ActorContext): Promise<{ unread: number }> {
  return { unread: await countUnread(ctx.app.db, scopeOf(ctx.actor)) };
}

/** Marks as read what is named, or everything; what is not the actor's stays as it is. */
export async function markNotificationsRead(
  ctx: ActorContext,
  input: { ids?: string[] | undefined },
): Promise<{ unread: number }> {
  const what = { action: 'notification.markRead', target: { type: 'user', id: ctx.actor.userId } };
  return change(ctx, what, async (tx) => ({ unread: await markRead(tx, scopeOf(ctx.actor), input.ids) }));
}

function notificationView(row: NotificationRow): Notification {
  const { targetType, targetId, createdAt, readAt, ...rest } = row;
  return {
    ...rest,
    target: { type: targetType, id: targetId },
    createdAt: createdAt.toISOString(),
    readAt: readAt?.toISOString() ?? null,
  };
}
