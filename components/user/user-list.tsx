'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { SearchX, UserPlus, Users } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useCallback, useMemo, useState } from 'react';
import type { ManagedUser } from '#server/contract/identity.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { SearchBox } from '../table/search-box.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { UserConfirm } from './user-confirm.tsx';
import { UserDialog } from './user-dialog.tsx';
import { UserEdit } from './user-edit.tsx';
import { userListInput, userListParams } from './user-list-query.ts';
import { type UserAction, UserActionMenu } from './user-menu.tsx';

/** Everybody who may sign in, and what they are. */
export function UserList() {
  const t = useTranslations('user');
  const trpc = useTRPC();
  const [creating, setCreating] = useState(false);
  const [acting, setActing] = useState<{ action: UserAction; user: ManagedUser } | null>(null);
  const [asked, ask] = useQueryStates(userListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.user.list.infiniteQueryOptions(userListInput(asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows(query);
  const act = useCallback((action: UserAction, user: ManagedUser) => setActing({ action, user }), []);
  const columns = useUserColumns(act);
  const done = () => setActing(null);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <UserPlus size={16} aria-hidden />
      {t('create.open')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={create} />
      <div className="mb-3 flex justify-end">
        <SearchBox label={t('search')} value={asked.q} onChange={(q) => void ask({ q: q || null })} />
      </div>
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
            empty={<EmptyState icon={asked.q ? SearchX : Users} title={asked.q ? t('noMatch') : t('empty')} />}
          />
        </Card>
      )}
      {creating ? <UserDialog onClose={() => setCreating(false)} /> : null}
      {acting?.action === 'edit' ? <UserEdit user={acting.user} onClose={done} /> : null}
      {acting && acting.action !== 'edit' ? (
        <UserConfirm user={acting.user} action={acting.action} onClose={done} />
      ) : null}
    </>
  );
}

function useUserColumns(onAction: (action: UserAction, user: ManagedUser) => void): DataColumn<ManagedUser>[] {
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
        id: 'signIn',
        header: t('column.lastSignIn'),
        width: '112px',
        align: 'end',
        from: 'md',
        cell: (row) => (row.lastSignInAt ? <TimeAgo at={row.lastSignInAt} tabIndex={-1} /> : t('never')),
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
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) => <UserActionMenu user={row} onAction={onAction} />,
      },
    ],
    [t, me, onAction],
  );
}
