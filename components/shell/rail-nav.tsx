'use client';

import { clsx as cx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { Tooltip } from '../ui/tooltip.tsx';
import { isAt, type NavItem } from './nav.ts';
import { useNavigation } from './use-navigation.ts';

export interface RailNavProps {
  folded: boolean;
  /** Called when a link was followed (closes the sheet of a phone). */
  onGo?: () => void;
}

/** The places of the console: the project's, the admin's, one's own. */
export function RailNav({ folded, onGo }: RailNavProps) {
  const t = useTranslations('nav');
  const { project, system, settings } = useNavigation();
  const groups = [
    { name: t('groups.project'), items: project },
    { name: t('groups.system'), items: system },
    { name: t('groups.settings'), items: settings },
  ].filter(({ items }) => items.length > 0);
  return (
    <nav aria-label={t('label')} className="flex flex-col gap-4 px-2">
      {groups.map(({ name, items }, index) => (
        <div key={name} className={cx(index > 0 && 'border-line border-t pt-3')}>
          <p className={cx('px-2 pb-1 text-12 text-text-3', (folded || index === 0) && 'sr-only')}>{name}</p>
          <ul className="flex flex-col gap-0.5">
            {items.map((item) => (
              <li key={item.key}>
                <RailLink item={item} folded={folded} {...(onGo && { onGo })} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function RailLink({ item, folded, onGo }: { item: NavItem; folded: boolean; onGo?: () => void }) {
  const t = useTranslations('nav');
  const here = isAt(usePathname(), item.href);
  const Icon = item.icon;
  const ref = useRef<HTMLAnchorElement>(null);
  // On a low screen the place where one is may stand below the fold of the rail.
  useEffect(() => {
    if (here) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [here]);
  const link = (
    <Link
      ref={ref}
      href={item.href}
      onClick={onGo}
      aria-current={here ? 'page' : undefined}
      className={cx(
        'flex h-8 items-center gap-2.5 rounded-control px-2 transition-colors',
        folded && 'justify-center',
        here ? 'bg-lagoon-wash font-medium text-text-1' : 'text-text-2 hover:bg-hover hover:text-text-1',
      )}
    >
      <Icon size={16} aria-hidden className={cx('shrink-0', here && 'text-lagoon')} />
      <span className={cx('truncate', folded && 'sr-only')}>{t(item.key)}</span>
    </Link>
  );
  return folded ? (
    <Tooltip text={t(item.key)} side="right" shortcut={item.shortcut}>
      {link}
    </Tooltip>
  ) : (
    link
  );
}
