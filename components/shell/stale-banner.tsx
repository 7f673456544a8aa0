'use client';

import { CloudOff } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { formatClock } from '../lib/format.ts';
import { useStaleSince } from '../lib/live-events.tsx';

/** Says that what is shown may be old, and since when, while the event stream is silent. */
export function StaleBanner() {
  const t = useTranslations('shell');
  const locale = useLocale();
  const since = useStaleSince();
  return (
    <div role="status" className="sticky top-12 z-20">
      {since === null ? null : (
        <p className="flex items-center gap-2 border-line border-b bg-warn-wash px-6 py-1.5">
          <CloudOff size={16} aria-hidden className="shrink-0 text-warn" />
          {t('stale', { time: formatClock(new Date(since).toISOString(), locale) })}
        </p>
      )}
    </div>
  );
}
