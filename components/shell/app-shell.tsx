'use client';

import { clsx as cx } from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { StepUpGate } from '../auth/step-up-gate.tsx';
import { usePreferences } from '../lib/preferences-provider.tsx';
import { useShortcuts } from '../lib/use-shortcuts.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Brand } from './brand.tsx';
import { OwnOperationToasts } from './own-operation-toasts.tsx';
import { RailNav } from './rail-nav.tsx';
import { StaleBanner } from './stale-banner.tsx';
import { TopBar } from './top-bar.tsx';
import { useNavigation } from './use-navigation.ts';

// What opens later is fetched when it opens.
const CommandPalette = dynamic(() => import('./command-palette.tsx').then((module) => module.CommandPalette));
const ShortcutSheet = dynamic(() => import('./shortcut-sheet.tsx').then((module) => module.ShortcutSheet));
const PhoneRail = dynamic(() => import('./phone-rail.tsx').then((module) => module.PhoneRail));

/** The frame of every page of the console: rail, top bar, content. */
export function AppShell({ children }: { children: ReactNode }) {
  const t = useTranslations('shell');
  const router = useRouter();
  const { preferences, change } = usePreferences();
  const { all } = useNavigation();
  const [open, setOpen] = useState<'rail' | 'palette' | 'shortcuts' | null>(null);
  const folded = preferences.rail === 'folded';
  const jumps = all.flatMap(({ shortcut, href }) => (shortcut ? [[shortcut, () => router.push(href)] as const] : []));
  useShortcuts({
    ...Object.fromEntries(jumps),
    'mod+k': () => setOpen('palette'),
    '?': () => setOpen('shortcuts'),
    '[': () => change({ rail: folded ? 'wide' : 'folded' }),
  });
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-control bg-surface-2 px-3 py-2 focus:translate-y-0 focus:shadow-float"
      >
        {t('skip')}
      </a>
      <aside
        className={cx(
          'sticky top-0 flex h-dvh shrink-0 flex-col border-line border-r bg-surface-1 py-2 max-sm:hidden',
          folded ? 'w-13' : 'w-52',
        )}
      >
        <div className="mb-3 px-2">
          <Brand folded={folded} />
        </div>
        <div className="min-h-0 grow overflow-y-auto">
          <RailNav folded={folded} />
        </div>
        <div className={cx('px-3 pt-2', folded && 'self-center px-0!')}>
          <IconButton
            icon={folded ? PanelLeftOpen : PanelLeftClose}
            label={folded ? t('unfold') : t('fold')}
            shortcut="["
            onClick={() => change({ rail: folded ? 'wide' : 'folded' })}
          />
        </div>
      </aside>
      <div className="flex min-w-0 grow flex-col">
        <TopBar openRail={() => setOpen('rail')} openPalette={() => setOpen('palette')} />
        <StaleBanner />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full min-w-0 max-w-400 grow px-4 py-5 outline-none sm:px-6"
        >
          {children}
        </main>
      </div>
      {open === 'rail' ? <PhoneRail onClose={() => setOpen(null)} /> : null}
      <OwnOperationToasts />
      <StepUpGate />
      {open === 'shortcuts' ? <ShortcutSheet onClose={() => setOpen(null)} /> : null}
      {open === 'palette' ? <CommandPalette onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
