'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx as cx } from 'clsx';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { CloseButton } from './close-button.tsx';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the deciding one last. */
  actions?: ReactNode;
  wide?: boolean;
}

/** A question or a short form in front of the page. Its title names what it is about. */
export function Dialog({ open, onOpenChange, title, description, children, actions, wide }: DialogProps) {
  const t = useTranslations('ui');
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.02_240/0.45)] transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          className={cx(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-card border border-line bg-surface-2 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <div className="flex items-start gap-3 py-4 pr-14 pl-5">
            <div className="min-w-0 grow">
              <Base.Title className="text-16 font-semibold">{title}</Base.Title>
              {description ? <Base.Description className="mt-1 text-text-2">{description}</Base.Description> : null}
            </div>
          </div>
          <div className="min-h-0 overflow-y-auto px-5 pb-4">{children}</div>
          {actions ? <div className="flex justify-end gap-2 border-line border-t px-5 py-3">{actions}</div> : null}
          <Base.Close render={<CloseButton label={t('close')} />} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
