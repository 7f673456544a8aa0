'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Pencil, Plus, ShieldCheck, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import type { Role } from '#server/contract/role.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { ScopeList } from '../token/scope-list.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { RoleDelete } from './role-delete.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** Roles that admins have put together, beside those that every project has. */
export function RoleList() {
  const t = useTranslations('role');
  const trpc = useTRPC();
  const [editing, setEditing] = useState<Role | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Role | null>(null);
  const query = useInfiniteQuery(trpc.role.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }));
  const { rows, more } = useListRows(query);
  const columns = useRoleColumns(setEditing, setDeleting);
  const create = (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus size={16} aria-hidden />
      {t('create.open')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={rows?.length ? create : null} />
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
            panel={(row) => <RolePanel key={row.id} role={row} />}
            more={more}
            empty={<EmptyState icon={ShieldCheck} title={t('empty')} detail={t('emptyDetail')} action={create} />}
          />
        </Card>
      )}
      {editing ? <RoleDialog role={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
      {deleting ? <RoleDelete role={deleting} onClose={() => setDeleting(null)} /> : null}
    </>
  );
}

/** A role beside the list: all that it allows. */
const RolePanel = ({ role }: { role: Role }) => (
  <div className="flex flex-col gap-4">
    {role.description ? <p className="text-text-2">{role.description}</p> : null}
    <ScopeList scopes={role.permissions} />
  </div>
);

function useRoleColumns(onEdit: (role: Role) => void, onDelete: (role: Role) => void): DataColumn<Role>[] {
  const t = useTranslations('role');
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(110px, 1fr)',
        card: 'title',
        cell: (row) => <span className="font-medium">{row.name}</span>,
      },
      {
        id: 'description',
        header: t('column.description'),
        width: 'minmax(120px, 2fr)',
        from: 'md',
        cell: (row) => <span className="truncate text-text-2">{row.description || '–'}</span>,
      },
      {
        id: 'rights',
        header: t('column.rights'),
        width: '96px',
        align: 'end',
        cell: (row) => row.permissions.length,
      },
      { id: 'members', header: t('column.members'), width: '104px', align: 'end', cell: (row) => row.members },
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '64px',
        align: 'end',
        card: 'corner',
        cell: (row) => (
          <span className="flex justify-end gap-1">
            <RowIconButton icon={Pencil} label={t('edit.open', { name: row.name })} onClick={() => onEdit(row)} />
            <RowIconButton
              icon={Trash2}
              label={t('delete.open', { name: row.name })}
              reason={row.members > 0 ? t('delete.held', { count: row.members }) : null}
              onClick={() => onDelete(row)}
            />
          </span>
        ),
      },
    ],
    [t, onEdit, onDelete],
  );
}
