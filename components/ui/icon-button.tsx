'use client';

import { clsx as cx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, MouseEvent } from 'react';
import { Tooltip } from './tooltip.tsx';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'children'> {
  icon: LucideIcon;
  /** What it does; read aloud, and shown as the tooltip. */
  label: string;
  /** Why it cannot be pressed now. */
  reason?: string | null;
  shortcut?: string;
}

/** A button that is only an icon: 28 px, always with a label and a tooltip. */
export function IconButton({ icon: Icon, label, reason, shortcut, className, onClick, ...rest }: IconButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (!reason) onClick?.(event);
  };
  return (
    <Tooltip text={reason ?? label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        aria-disabled={reason ? true : undefined}
        {...rest}
        onClick={press}
        className={cx(
          'inline-flex size-7 shrink-0 items-center justify-center rounded-control text-text-2 transition-colors hover:bg-hover hover:text-text-1 aria-disabled:text-text-3 data-popup-open:bg-hover',
          className,
        )}
      >
        <Icon size={16} aria-hidden />
      </button>
    </Tooltip>
  );
}
