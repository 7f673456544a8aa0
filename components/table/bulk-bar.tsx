'use client';

import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { IconButton } from '../ui/icon-button.tsx';

/** What can be done with the selected rows; floats at the bottom while there are any. */
export function BulkBar({ count, clear, children }: { count: number; clear: () => void; children: ReactNode }) {
  const t = useTranslations('table');
  return (
    <section
      aria-label={t('selectedActions')}
      className="sticky bottom-4 z-20 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-card border border-line bg-surface-2 py-2 pr-2 pl-4 shadow-float"
    >
      <span role="status" className="mr-2 font-medium">
        {t('selected', { count })}
      </span>
      {children}
      <IconButton icon={X} label={t('clearSelection')} onClick={clear} />
    </section>
  );
}
