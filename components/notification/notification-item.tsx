'use client';

import { clsx as cx } from 'clsx';
import Link from 'next/link';
import { useMessages, useTranslations } from 'next-intl';
import type { Notification } from '#server/contract/notification.ts';
import { paths } from '../lib/paths.ts';
import { TimeAgo } from '../ui/time-ago.tsx';

/** Where a notification leads: admins to all requests, who asked to the project's own. */
const pathOf = ({ type, project }: Notification): string | null => {
  if (type === 'quota-request.created') return paths.quotaRequests();
  return project && paths.quota(project.slug);
};

/** One thing that one was told. */
export function NotificationItem({ notification, onGo }: { notification: Notification; onGo: () => void }) {
  const t = useTranslations('notification.type');
  const tNotification = useTranslations('notification');
  const known = useMessages().notification.type;
  const { type, project, params, createdAt, readAt } = notification;
  const isKnown = (key: string): key is Extract<keyof typeof known, string> => Object.hasOwn(known, key);
  const key = type.replaceAll('.', '_');
  const text = isKnown(key) ? t(key, { by: '', ...params, project: project?.name ?? '–' }) : type;
  const href = pathOf(notification);
  return (
    <li className={cx('rounded-control border p-3', readAt === null ? 'border-lagoon bg-lagoon-wash' : 'border-line')}>
      {href ? (
        <Link href={href} onClick={onGo} className="font-medium hover:underline">
          {text}
        </Link>
      ) : (
        <span className="font-medium">{text}</span>
      )}
      <p className="mt-1 text-12 text-text-3">
        <TimeAgo at={createdAt} />
        {readAt === null ? ` · ${tNotification('unread')}` : ''}
      </p>
    </li>
  );
}
