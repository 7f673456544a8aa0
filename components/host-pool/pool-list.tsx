'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Layers, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { usePoolColumns } from './pool-columns.tsx';
import { PoolDialog } from './pool-dialog.tsx';

/** Host pools: hosts that are sold alike, with who may use them and how full they are. */
export function PoolList() {
  const t = useTranslations('pool');
  const trpc = useTRPC();
  const may = useMayInSystem('pool:write');
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(
    trpc.hostPool.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = usePoolColumns();
  const create = may ? (
    <Button variant="primary" onClick={() => setMaking(true)}>
      <Plus size={16} aria-hidden />
      {t('create')}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={create} />
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            href={(row) => paths.pool(row.id)}
            more={more}
            empty={<EmptyState icon={Layers} title={t('empty')} action={create} />}
          />
        </Card>
      )}
      {making ? <PoolDialog pool={null} onClose={() => setMaking(false)} /> : null}
    </>
  );
}
