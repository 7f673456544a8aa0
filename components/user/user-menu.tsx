'use client';

import { Ellipsis, KeyRound, LogOut, Pencil, Trash2, UserCheck, UserX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ManagedUser } from '#server/contract/identity.ts';
import { useMe } from '../lib/use-me.ts';
import { useRowTabIndex } from '../table/row-tab-index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx';

/** What can be done with a user; all but the change of name asks first. */
export type UserAction = 'edit' | 'reset' | 'signOut' | 'disable' | 'enable' | 'delete';

export interface UserMenuProps {
  user: ManagedUser;
  onAction: (action: UserAction, user: ManagedUser) => void;
}

/** The actions on a user. One does not shut oneself out. */
export function UserActionMenu({ user, onAction }: UserMenuProps) {
  const t = useTranslations('user');
  const own = useMe().user.id === user.id ? t('cannot.self') : null;
  const act = (action: UserAction) => () => onAction(action, user);
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={t('actionsOf', { name: user.name })} tabIndex={useRowTabIndex()} />}
    >
      <MenuItem icon={Pencil} onSelect={act('edit')}>
        {t('edit.open')}
      </MenuItem>
      <MenuItem icon={KeyRound} reason={user.disabled ? t('cannot.disabled') : null} onSelect={act('reset')}>
        {t('reset.open')}
      </MenuItem>
      <MenuItem icon={LogOut} onSelect={act('signOut')}>
        {t('signOut.open')}
      </MenuItem>
      <MenuSeparator />
      {user.disabled ? (
        <MenuItem icon={UserCheck} onSelect={act('enable')}>
          {t('enable.open')}
        </MenuItem>
      ) : (
        <MenuItem icon={UserX} tone="danger" reason={own} onSelect={act('disable')}>
          {t('disable.open')}
        </MenuItem>
      )}
      <MenuItem icon={Trash2} tone="danger" reason={own} onSelect={act('delete')}>
        {t('delete.open')}
      </MenuItem>
    </Menu>
  );
}
