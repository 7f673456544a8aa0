'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Bell } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../lib/trpc-client.ts';
import { IconButton } from '../ui/icon-button.tsx';

const NotificationTray = dynamic(() => import('./notification-tray.tsx').then((module) => module.NotificationTray));

/** How much one was told and has not read; opens the list. */
export function NotificationButton() {
  const t = useTranslations('notification');
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const { data } = useQuery(trpc.notification.unread.queryOptions({}, { placeholderData: keepPreviousData }));
  const unread = data?.unread ?? 0;
  return (
    <>
      <span className="relative">
        <IconButton icon={Bell} label={t('label', { count: unread })} onClick={() => setOpen(true)} />
        {unread > 0 ? (
          <span
            aria-hidden
            className="tabular pointer-events-none absolute -top-0.5 -right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-lagoon px-1 text-12 text-on-lagoon leading-none"
          >
            {unread > 99 ? '99+' : unread}
          </span>
        ) : null}
      </span>
      {open ? <NotificationTray onClose={() => setOpen(false)} /> : null}
    </>
  );
}
