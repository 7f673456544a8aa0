'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { UserPlus, Users } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import type { userSchema } from '#server/contract/identity.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { UserDialog } from './user-dialog.tsx';

type User = z.output<typeof userSchema>;

/** Everybody who may sign in, and what they are. */
export function UserList() {
  const t = useTranslations('user');
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const query = useInfiniteQuery(trpc.user.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }));
  const { rows, more } = useListRows(query);
  const columns = useUserColumns();
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <UserPlus size={16} aria-hidden />
      {t('create.open')}
    </Button>
  );
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
            more={more}
            empty={<EmptyState icon={Users} title={t('empty')} />}
          />
        </Card>
      )}
      {creating ? <UserDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}

function useUserColumns(): DataColumn<User>[] {
  const t = useTranslations('user');
  const me = useMe().user.id;
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(110px, 2fr)',
        card: 'title',
        cell: (row) => (
          <span className="flex items-center gap-2">
            <span className="truncate font-medium">{row.name}</span>
            {row.id === me ? <Badge tone="busy">{t('you')}</Badge> : null}
          </span>
        ),
      },
      { id: 'email', header: t('column.email'), width: 'minmax(120px, 2fr)', from: 'md', cell: (row) => row.email },
      { id: 'role', header: t('column.role'), width: '88px', cell: (row) => <Badge>{t(`role.${row.role}`)}</Badge> },
      {
        id: 'state',
        header: t('column.state'),
        width: '104px',
        cell: (row) => (
          <StateDot tone={row.disabled ? 'off' : 'ok'}>{row.disabled ? t('disabled') : t('active')}</StateDot>
        ),
      },
      {
        id: 'age',
        header: t('column.since'),
        width: '104px',
        align: 'end',
        from: 'lg',
        card: 'hide',
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
    ],
    [t, me],
  );
}
