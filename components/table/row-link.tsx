'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useRowTabIndex } from './row-tab-index.ts';

/** The name of a row, as a link to its page. */
export const RowLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link
    href={href}
    prefetch={false}
    tabIndex={useRowTabIndex()}
    className="inline-block max-w-full truncate align-bottom font-medium text-text-1 hover:text-lagoon hover:underline"
  >
    {children}
  </Link>
);
