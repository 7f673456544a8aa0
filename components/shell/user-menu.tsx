'use client';

import { useMutation } from '@tanstack/react-query';
import { Languages, LogOut, Monitor, Moon, Rows3, Rows4, Sun, UserRound } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { paths } from '../lib/paths.ts';
import { usePreferences } from '../lib/preferences-provider.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../ui/menu.tsx';

/** Light or dark, as the system says or as the person chooses. */
export function ThemeMenu() {
  const t = useTranslations('shell');
  const { preferences, change } = usePreferences();
  const icons = { system: Monitor, light: Sun, dark: Moon };
  return (
    <Menu trigger={<IconButton icon={icons[preferences.theme]} label={t('theme.label')} />}>
      <MenuChoice
        label={t('theme.label')}
        value={preferences.theme}
        onChange={(theme) => change({ theme })}
        options={[
          { value: 'system', label: t('theme.system'), icon: Monitor },
          { value: 'light', label: t('theme.light'), icon: Sun },
          { value: 'dark', label: t('theme.dark'), icon: Moon },
        ]}
      />
    </Menu>
  );
}

/** The language; each is named in itself. */
export function LanguageMenu() {
  const t = useTranslations('shell');
  const { change } = usePreferences();
  return (
    <Menu trigger={<IconButton icon={Languages} label={t('language')} />}>
      <MenuChoice
        label={t('language')}
        value={useLocale()}
        onChange={(locale) => change({ locale })}
        options={[
          { value: 'en', label: t('languages.en') },
          { value: 'zh-CN', label: t('languages.zhCN') },
        ]}
      />
    </Menu>
  );
}

/** Who is signed in, and what is their own. */
export function UserMenu() {
  const t = useTranslations('shell');
  const trpc = useTRPC();
  const { user } = useMe();
  const { preferences, change } = usePreferences();
  // A whole page load: whatever this tab has cached of the person goes with them.
  const signOut = useMutation(
    trpc.auth.signOut.mutationOptions({ onSettled: () => window.location.assign(paths.signIn()) }),
  );
  return (
    <Menu trigger={<IconButton icon={UserRound} label={t('me', { name: user.name })} />}>
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-12 text-text-2">{user.email}</p>
      </div>
      <MenuSeparator />
      <MenuItem icon={UserRound} render={<Link href={paths.profile()} />}>
        {t('profile')}
      </MenuItem>
      <MenuSeparator />
      <MenuChoice
        label={t('density.label')}
        value={preferences.density}
        onChange={(density) => change({ density })}
        options={[
          { value: 'comfortable', label: t('density.comfortable'), icon: Rows3 },
          { value: 'dense', label: t('density.dense'), icon: Rows4 },
        ]}
      />
      <MenuSeparator />
      <MenuItem icon={LogOut} onSelect={() => signOut.mutate({})}>
        {t('signOut')}
      </MenuItem>
    </Menu>
  );
}
