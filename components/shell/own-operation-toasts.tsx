'use client';

import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import type { Operation } from '#server/contract/operation.ts';
import { useLiveChange } from '../lib/live-events.tsx';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { useMe } from '../lib/use-me.ts';
import { useSaid } from '../lib/use-said.ts';
import { toast } from '../ui/toast.tsx';

/** Says once how each of the person's own operations ended; those of others change the page, but say nothing. */
export function OwnOperationToasts() {
  const t = useTranslations('shell.activity');
  const router = useRouter();
  const { user } = useMe();
  const text = useOperationText();
  const said = useSaid();
  const told = useRef(new Set<string>());
  useLiveChange(({ topic, entity }) => {
    if (topic !== 'operation') return;
    const operation = entity as Operation | null; // the stream's own promise of this topic
    if (!operation?.done || operation.createdBy?.id !== user.id) return;
    const once = `${operation.id} ${operation.endedAt}`;
    if (told.current.has(once)) return;
    told.current.add(once);
    const title = t('ended', { title: text.title(operation), state: text.state(operation.state) });
    const open = { text: t('open'), press: () => router.push(paths.operation(operation.id)) };
    toast(
      operation.state === 'failed' ? 'bad' : 'ok',
      title,
      operation.error ? said(operation.error.detail) : undefined,
      open,
    );
  });
  return null;
}
