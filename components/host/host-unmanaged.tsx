'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Box } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { z } from 'zod';
import type { unmanagedSchema } from '#server/contract/host.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { instanceTones } from '../instance/instance-state.tsx';
import { formatMiB } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { StateDot } from '../ui/state-dot.tsx';

type Unmanaged = z.output<typeof unmanagedSchema>;

/** What runs on a host without Atoll: listed, never changed. */
export function HostUnmanaged({ host }: { host: string }) {
  const t = useTranslations('host.unmanaged');
  const tInstance = useTranslations('instance');
  const locale = useLocale();
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.host.unmanaged.infiniteQueryOptions({ host, limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = useMemo(
    (): DataColumn<Unmanaged>[] => [
      { id: 'name', header: t('name'), width: 'minmax(120px, 2fr)', card: 'title', cell: (row) => row.name },
      {
        id: 'state',
        header: t('state'),
        cell: (row) => <StateDot tone={instanceTones[row.state]}>{tInstance(`state.${row.state}`)}</StateDot>,
      },
      { id: 'kind', header: t('kind'), width: '92px', from: 'md', cell: (row) => tInstance(`kindShort.${row.kind}`) },
      { id: 'image', header: t('image'), from: 'lg', cell: (row) => row.image ?? '–' },
      { id: 'vcpus', header: t('vcpus'), width: '64px', align: 'end', cell: (row) => row.vcpus ?? '–' },
      {
        id: 'memory',
        header: t('memory'),
        width: '96px',
        align: 'end',
        cell: (row) => (row.memoryMiB === null ? '–' : formatMiB(row.memoryMiB, locale)),
      },
    ],
    [t, tInstance, locale],
  );
  if (query.error) return <ProblemNotice error={query.error} what={t('failed')} />;
  return (
    <>
      <p className="mb-3 text-text-2">{t('explain')}</p>
      <Card padded={false}>
        <DataTable
          label={t('title')}
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          more={more}
          empty={<EmptyState icon={Box} title={t('empty')} />}
        />
      </Card>
    </>
  );
}
