'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../lib/trpc-client.ts';
import { IconButton } from '../ui/icon-button.tsx';

const ActivityTray = dynamic(() => import('./activity-tray.tsx').then((module) => module.ActivityTray));

/** How many operations run now; opens the tray. */
export function ActivityButton() {
  const t = useTranslations('shell.activity');
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const { data } = useQuery(
    trpc.operation.list.queryOptions({ done: false, limit: 50 }, { placeholderData: keepPreviousData }),
  );
  const running = data?.items ?? [];
  return (
    <>
      <span className="relative">
        <IconButton icon={Activity} label={t('label', { count: running.length })} onClick={() => setOpen(true)} />
        {running.length > 0 ? (
          <span
            aria-hidden
            className="tabular pointer-events-none absolute -top-0.5 -right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-lagoon px-1 text-12 text-on-lagoon leading-none"
          >
            {running.length}
          </span>
        ) : null}
      </span>
      {open ? <ActivityTray running={running} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
