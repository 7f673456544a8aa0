'use client';

import { Menu as MenuIcon, Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { NotificationButton } from '../notification/notification-button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { ActivityButton } from './activity-button.tsx';
import { ProjectSwitcher } from './project-switcher.tsx';
import { LanguageMenu, ThemeMenu, UserMenu } from './user-menu.tsx';

export interface TopBarProps {
  openRail: () => void;
  openPalette: () => void;
}

/** Project, palette, activity, theme, language, me. Stays in sight. */
export function TopBar({ openRail, openPalette }: TopBarProps) {
  const t = useTranslations('shell');
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-1 border-line border-b bg-surface-0 px-2 sm:px-4">
      <IconButton icon={MenuIcon} label={t('openRail')} onClick={openRail} className="sm:hidden" />
      <ProjectSwitcher />
      <span className="grow" />
      <button
        type="button"
        onClick={openPalette}
        className={buttonStyle(
          'secondary',
          'normal',
          'bg-surface-1! text-text-2! max-sm:border-transparent! max-sm:px-2!',
        )}
      >
        <Search size={14} aria-hidden />
        <span className="max-sm:sr-only">{t('palette.open')}</span>
        <span className="ml-3 max-sm:hidden">
          <Kbd keys="mod+K" />
        </span>
      </button>
      <NotificationButton />
      <ActivityButton />
      <ThemeMenu />
      <LanguageMenu />
      <UserMenu />
    </header>
  );
}
