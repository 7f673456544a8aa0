'use client';

import { clsx as cx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';

export interface RouteTab {
  href: string;
  text: string;
}

/** Tabs of an object's page. Each is a route, so that it can be linked, kept and gone back from. */
export function RouteTabs({ label, tabs }: { label: string; tabs: readonly RouteTab[] }) {
  const pathname = usePathname();
  const list = useRef<HTMLElement>(null);
  // On a phone not all fit: the one that is shown is never out of sight. scrollIntoView would move the page as well.
  useEffect(() => {
    const nav = list.current;
    const tab = nav?.querySelector<HTMLElement>(`[href="${CSS.escape(pathname)}"]`);
    if (nav && tab) nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav ref={list} aria-label={label} className="-mx-1 mb-5 flex gap-1 overflow-x-auto border-line border-b px-1">
      {tabs.map(({ href, text }) => {
        const here = pathname === href;
        return (
          <Link
            key={href}
            href={href}
            scroll={false}
            aria-current={here ? 'page' : undefined}
            className={cx(
              '-mb-px flex h-9 items-center whitespace-nowrap border-b-2 px-2 transition-colors',
              here ? 'border-lagoon font-medium' : 'border-transparent text-text-2 hover:text-text-1',
            )}
          >
            {text}
          </Link>
        );
      })}
    </nav>
  );
}
