'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, SlidersHorizontal } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import type { Flavor } from '#server/contract/flavor.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useFlavorColumns } from './flavor-columns.tsx';
import { FlavorDelete } from './flavor-delete.tsx';

// Rules and form are fetched when the dialog opens.
const FlavorDialog = dynamic(() => import('./flavor-dialog.tsx').then((module) => module.FlavorDialog));

type Open = { what: 'create' } | { what: 'change' | 'delete'; flavor: Flavor } | null;

/** Flavors: the named sizes that people choose from. */
export function FlavorList() {
  const t = useTranslations('flavor');
  const trpc = useTRPC();
  const may = useMayInSystem('flavor:write');
  const [open, setOpen] = useState<Open>(null);
  const query = useInfiniteQuery(
    trpc.flavor.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const actions = useMemo(
    () => ({
      onChange: (flavor: Flavor) => setOpen({ what: 'change', flavor }),
      onDelete: (flavor: Flavor) => setOpen({ what: 'delete', flavor }),
    }),
    [],
  );
  const columns = useFlavorColumns(may ? actions : null);
  const close = () => setOpen(null);
  const create = may ? (
    <Button variant="primary" onClick={() => setOpen({ what: 'create' })}>
      <Plus size={16} aria-hidden />
      {t('create')}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={rows?.length ? create : null} />
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <Card padded={false} className="max-w-4xl">
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            more={more}
            empty={<EmptyState icon={SlidersHorizontal} title={t('empty')} detail={t('emptyDetail')} action={create} />}
          />
        </Card>
      )}
      {open?.what === 'create' || open?.what === 'change' ? (
        <FlavorDialog
          key={open.what === 'change' ? `${open.flavor.id} ${open.flavor.version}` : 'new'}
          flavor={open.what === 'change' ? open.flavor : null}
          onClose={close}
          onReload={(flavor) => setOpen({ what: 'change', flavor })}
        />
      ) : null}
      {open?.what === 'delete' ? <FlavorDelete flavor={open.flavor} onClose={close} /> : null}
    </>
  );
}
