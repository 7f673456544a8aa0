'use client';

import { CircleOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Token } from '#server/contract/identity.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { isReadScope } from './token-scopes.ts';
import { TokenState } from './token-state.tsx';

/** The columns of the list of tokens. `onRevoke` is a stable reference. */
export function useTokenColumns(onRevoke: (token: Token) => void): DataColumn<Token>[] {
  const t = useTranslations('token');
  const projectName = useProjectName();
  return useMemo(() => {
    const may = ({ scopes }: Token): string => {
      if (scopes.includes('all')) return t('may.all');
      const kind = scopes.every(isReadScope) ? 'read' : 'some';
      return t(`may.${kind}`, { count: scopes.length });
    };
    return [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(100px, 2fr)',
        card: 'title',
        cell: (row) => <span className="font-medium">{row.name}</span>,
      },
      {
        id: 'prefix',
        header: t('column.prefix'),
        width: '150px',
        from: 'xl',
        cell: (row) => <span className="font-mono text-12">{row.prefix}…</span>,
      },
      { id: 'state', header: t('column.state'), width: '92px', cell: (row) => <TokenState token={row} /> },
      { id: 'may', header: t('column.may'), width: 'minmax(110px, 1.5fr)', from: 'md', cell: may },
      {
        id: 'project',
        header: t('column.project'),
        from: 'lg',
        cell: (row) => (row.projectId ? projectName(row.projectId) : t('everyProject')),
      },
      {
        id: 'used',
        header: t('column.used'),
        width: '104px',
        align: 'end',
        from: 'lg',
        cell: (row) => (row.lastUsedAt ? <TimeAgo at={row.lastUsedAt} tabIndex={-1} /> : t('never')),
      },
      {
        id: 'expires',
        header: t('column.expires'),
        width: '104px',
        align: 'end',
        from: 'lg',
        cell: (row) => (row.revokedAt ? '–' : <TimeAgo at={row.expiresAt} tabIndex={-1} />),
      },
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) =>
          row.revokedAt ? null : (
            <RowIconButton
              icon={CircleOff}
              label={t('revoke.open', { name: row.name })}
              onClick={() => onRevoke(row)}
            />
          ),
      },
    ];
  }, [t, projectName, onRevoke]);
}
