'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx as cx } from 'clsx';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { CloseButton } from './close-button.tsx';

export interface SheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  children: ReactNode;
  side?: 'left' | 'right';
  /** false: the page beside it stays usable (side panel of a list). */
  modal?: boolean;
  footer?: ReactNode;
}

/** A panel at the edge of the page: the side panel of a list, the activity tray, the rail of a phone. */
export function Sheet({ open, onOpenChange, title, children, side = 'right', modal = true, footer }: SheetProps) {
  const t = useTranslations('ui');
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={modal} disablePointerDismissal={!modal}>
      <Base.Portal>
        {modal ? (
          <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.02_240/0.35)] transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        ) : null}
        <Base.Popup
          initialFocus={modal ? undefined : false}
          className={cx(
            'fixed inset-y-0 z-50 flex w-[min(420px,100vw)] flex-col border-line bg-surface-2 shadow-float transition-transform',
            side === 'right'
              ? 'right-0 border-l data-ending-style:translate-x-full data-starting-style:translate-x-full'
              : 'left-0 border-r data-ending-style:-translate-x-full data-starting-style:-translate-x-full',
          )}
        >
          <div className="flex h-12 shrink-0 items-center gap-2 border-line border-b pr-14 pl-4">
            <Base.Title className="min-w-0 grow truncate text-14 font-semibold">{title}</Base.Title>
          </div>
          <div className="min-h-0 grow overflow-y-auto p-4">{children}</div>
          {footer ? <div className="flex gap-2 border-line border-t px-4 py-3">{footer}</div> : null}
          <Base.Close render={<CloseButton label={t('close')} />} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
