import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Mark } from '../shell/brand.tsx';
import { LanguageMenu, ThemeMenu } from '../shell/user-menu.tsx';

/** The frame of the pages before one is signed in: the mark, one card, language and theme. */
export function AuthFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('auth');
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end gap-1 p-3">
        <ThemeMenu />
        <LanguageMenu />
      </header>
      <main className="mx-auto flex w-full max-w-95 grow flex-col justify-center gap-6 px-4 pb-32">
        <p className="flex items-center justify-center gap-3 text-20 font-semibold">
          <Mark size={28} />
          Atoll
        </p>
        <div className="rounded-card border border-line bg-surface-1 p-6">{children}</div>
        <p className="text-center text-12 text-text-3">{t('claim')}</p>
      </main>
    </div>
  );
}
