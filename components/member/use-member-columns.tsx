'use client';

import { Ellipsis, LogOut, UserCog, UserMinus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Member } from '#server/contract/member.ts';
import { useMe } from '../lib/use-me.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import type { DataColumn } from '../table/data-column.ts';
import { useRowTabIndex } from '../table/row-tab-index.ts';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { useRoleName } from './use-role-options.ts';

interface MemberMenuProps {
  project: string;
  member: Member;
  onRole: (member: Member) => void;
  onRemove: (member: Member) => void;
}

function MemberMenu({ project, member, onRole, onRemove }: MemberMenuProps) {
  const t = useTranslations('member');
  const cannot = useCannotInProject();
  const own = useMe().user.id === member.id;
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={t('actionsOf', { name: member.name })} tabIndex={useRowTabIndex()} />}
    >
      <MenuItem icon={UserCog} reason={cannot(project, 'member:manage', 'end')} onSelect={() => onRole(member)}>
        {t('change.open')}
      </MenuItem>
      <MenuItem
        icon={own ? LogOut : UserMinus}
        tone="danger"
        reason={own ? cannot(project, 'project:read', 'end') : cannot(project, 'member:manage', 'end')}
        onSelect={() => onRemove(member)}
      >
        {own ? t('leave.open') : t('remove.open')}
      </MenuItem>
    </Menu>
  );
}

/** The columns of the people of a project. `onRole` and `onRemove` are stable references. */
export function useMemberColumns(
  project: string,
  onRole: (member: Member) => void,
  onRemove: (member: Member) => void,
): DataColumn<Member>[] {
  const t = useTranslations('member');
  const me = useMe().user.id;
  const roleName = useRoleName();
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
            {row.disabled ? <Badge>{t('disabled')}</Badge> : null}
          </span>
        ),
      },
      { id: 'email', header: t('column.email'), width: 'minmax(120px, 2fr)', from: 'md', cell: (row) => row.email },
      {
        id: 'role',
        header: t('column.role'),
        width: 'minmax(96px, 1fr)',
        cell: (row) => <Badge>{roleName(row)}</Badge>,
      },
      {
        id: 'since',
        header: t('column.since'),
        width: '104px',
        align: 'end',
        from: 'lg',
        cell: (row) => <TimeAgo at={row.since} tabIndex={-1} />,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) => <MemberMenu project={project} member={row} onRole={onRole} onRemove={onRemove} />,
      },
    ],
    [t, me, roleName, project, onRole, onRemove],
  );
}
