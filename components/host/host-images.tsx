'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Container, Trash2 } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { type FormEvent, useMemo, useState } from 'react';
import type { z } from 'zod';
import type { containerImageSchema } from '#server/contract/host.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatBytes } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { HostImageLoad } from './host-image-load.tsx';
import { useHostActions } from './use-host-actions.ts';

type HostImage = z.output<typeof containerImageSchema>;

/** Container images on a host: pull, load from a tar, remove. */
export function HostImages({ host, name }: { host: string; name: string }) {
  const t = useTranslations('host.images');
  const locale = useLocale();
  const trpc = useTRPC();
  const { pullImage, removeImage } = useHostActions(name);
  const [ref, setRef] = useState('');
  const [asked, ask] = useState<HostImage | null>(null);
  const query = useInfiniteQuery(
    trpc.host.images.infiniteQueryOptions({ host, limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const nameOf = (image: HostImage) => image.refs[0] ?? t('untagged');
  const columns = useMemo(
    (): DataColumn<HostImage>[] => [
      {
        id: 'ref',
        header: t('ref'),
        width: 'minmax(140px, 3fr)',
        card: 'title',
        cell: (row) => <span className="font-mono text-12">{row.refs.join(', ') || t('untagged')}</span>,
      },
      { id: 'size', header: t('size'), width: '96px', align: 'end', cell: (row) => formatBytes(row.sizeBytes, locale) },
      { id: 'inUse', header: t('inUse'), width: '84px', cell: (row) => (row.inUse ? t('yes') : t('no')) },
      {
        id: 'actions',
        header: t('actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) => (
          <RowIconButton
            icon={Trash2}
            label={t('remove', { name: row.refs[0] ?? t('untagged') })}
            reason={row.inUse ? t('inUseReason') : null}
            onClick={() => ask(row)}
          />
        ),
      },
    ],
    [t, locale],
  );
  const pull = (event: FormEvent) => {
    event.preventDefault();
    if (ref.trim()) pullImage.mutate({ host, image: ref.trim() }, { onSuccess: () => setRef('') });
  };
  if (query.error) return <ProblemNotice error={query.error} what={t('failed')} />;
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <form onSubmit={pull} className="flex grow gap-2 sm:max-w-md">
          <TextInput
            aria-label={t('pullLabel')}
            placeholder="nginx:1.29"
            value={ref}
            onChange={(event) => setRef(event.target.value)}
            mono
          />
          <Button type="submit" busy={pullImage.isPending}>
            {t('pull')}
          </Button>
        </form>
        <HostImageLoad host={host} />
      </div>
      <Card padded={false}>
        <DataTable
          label={t('title')}
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowName={nameOf}
          more={more}
          empty={<EmptyState icon={Container} title={t('empty')} />}
        />
      </Card>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => (open ? undefined : ask(null))}
        title={t('removeAsk', { name: asked ? nameOf(asked) : '' })}
        description={t('removeImpact')}
        verb={t('removeVerb')}
        busy={removeImage.isPending}
        onConfirm={() => asked && removeImage.mutate({ host, image: asked.id }, { onSuccess: () => ask(null) })}
      />
    </>
  );
}
