'use client';

import { useTranslations } from 'next-intl';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useNavigation } from './use-navigation.ts';

const everywhere = ['palette', 'help', 'search', 'rail'] as const;
const inLists = ['move', 'open', 'peek', 'select'] as const;
const keysOf: Record<(typeof everywhere)[number] | (typeof inLists)[number], string> = {
  palette: 'mod+K',
  help: '?',
  search: '/',
  rail: '[',
  move: '↑ ↓',
  open: '↵',
  peek: '␣',
  select: 'x',
};

/** Every shortcut, opened by `?`. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const t = useTranslations('shell.shortcuts');
  const nav = useTranslations('nav');
  const { all } = useNavigation();
  const groups = [
    { title: t('everywhere'), lines: everywhere.map((key) => ({ keys: keysOf[key], text: t(key) })) },
    { title: t('inLists'), lines: inLists.map((key) => ({ keys: keysOf[key], text: t(key) })) },
    {
      title: t('go'),
      lines: all.flatMap(({ key, shortcut }) => (shortcut ? [{ keys: shortcut, text: nav(key) }] : [])),
    },
  ];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('title')} wide>
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map(({ title, lines }) => (
          <section key={title} className="last:sm:row-span-2 last:sm:col-start-2 last:sm:row-start-1">
            <h3 className="mb-2 font-semibold">{title}</h3>
            <dl className="flex flex-col gap-1.5">
              {lines.map(({ keys, text }) => (
                <div key={keys} className="flex justify-between gap-4">
                  <dt className="text-text-2">{text}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
