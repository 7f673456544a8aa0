'use client';

import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, MouseEvent } from 'react';
import { type ButtonSize, type ButtonVariant, buttonStyle } from './button-style.ts';
import { Tooltip } from './tooltip.tsx';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Why it cannot be pressed now. It stays focusable, so that everybody can find the reason. */
  reason?: string | null;
  /** Shows that the press is being worked on; further presses do nothing. */
  busy?: boolean;
}

/** A button. There is no `disabled`: what cannot be pressed says why in `reason`. */
export function Button({ variant, size, reason, busy, className, onClick, children, type, ...rest }: ButtonProps) {
  const blocked = Boolean(reason) || Boolean(busy);
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <button
      {...rest}
      type={type ?? 'button'}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={press}
      className={buttonStyle(variant, size, className)}
    >
      {busy ? <LoaderCircle size={16} aria-hidden className="animate-spin" /> : null}
      {children}
    </button>
  );
  return reason ? <Tooltip text={reason}>{button}</Tooltip> : button;
}
