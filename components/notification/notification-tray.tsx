'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { NotificationItem } from './notification-item.tsx';

/** What one was told, newest first. Going to the object marks it as read. */
export function NotificationTray({ onClose }: { onClose: () => void }) {
  const t = useTranslations('notification');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data, error } = useQuery(trpc.notification.list.queryOptions({ limit: 50 }));
  const read = useMutation(
    trpc.notification.markRead.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.notification.pathKey() }),
    }),
  );
  const unread = data?.items.some(({ readAt }) => readAt === null) ?? false;
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title')}
      footer={
        <Button reason={unread ? null : t('allRead')} busy={read.isPending} onClick={() => read.mutate({})}>
          {t('readAll')}
        </Button>
      }
    >
      <ProblemNotice error={error ?? read.error} />
      {data?.items.length === 0 ? <EmptyState icon={BellOff} title={t('empty')} detail={t('emptyDetail')} /> : null}
      <ul className="flex flex-col gap-2">
        {data?.items.map((notification) => (
          <NotificationItem
            key={notification.id}
            notification={notification}
            onGo={() => {
              if (notification.readAt === null) read.mutate({ ids: [notification.id] });
              onClose();
            }}
          />
        ))}
      </ul>
    </Sheet>
  );
}
