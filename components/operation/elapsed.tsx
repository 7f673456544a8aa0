'use client';

import { useLocale } from 'next-intl';
import { useEffect, useState } from 'react';
import { formatDuration } from '../lib/format.ts';

export interface ElapsedProps {
  /** RFC 3339; null: not begun. */
  from: string | null;
  /** null: it goes on, and the number with it. */
  to: string | null;
}

/** How long something took, or has been taking, to the second. */
export function Elapsed({ from, to }: ElapsedProps) {
  const locale = useLocale();
  const [now, setNow] = useState(() => new Date().toISOString());
  const running = from !== null && to === null;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(new Date().toISOString()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return (
    <span className="tabular whitespace-nowrap" suppressHydrationWarning>
      {from === null ? '–' : formatDuration(from, to ?? now, locale)}
    </span>
  );
}
