'use client';

import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { Operation } from '#server/contract/operation.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { ActivityItem } from './activity-item.tsx';

export interface ActivityTrayProps {
  running: readonly Operation[];
  onClose: () => void;
}

/** The operations that run now, and one's own latest. */
export function ActivityTray({ running, onClose }: ActivityTrayProps) {
  const t = useTranslations('shell.activity');
  const trpc = useTRPC();
  const { data: mine } = useQuery(trpc.operation.list.queryOptions({ mine: true, limit: 15 }));
  const groups = [
    { title: t('running'), items: running },
    { title: t('latest'), items: mine?.items.filter((operation) => operation.done) ?? [] },
  ].filter(({ items }) => items.length > 0);
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()} title={t('title')}>
      {groups.length === 0 ? <EmptyState icon={Inbox} title={t('empty')} detail={t('emptyDetail')} /> : null}
      {groups.map(({ title, items }) => (
        <section key={title} className="mb-6">
          <h3 className="mb-2 text-12 text-text-3">{title}</h3>
          <ul className="flex flex-col gap-2">
            {items.map((operation) => (
              <ActivityItem key={operation.id} operation={operation} onGo={onClose} />
            ))}
          </ul>
        </section>
      ))}
    </Sheet>
  );
}
