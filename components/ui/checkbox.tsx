'use client';

import { Checkbox as Base } from '@base-ui/react/checkbox';
import { clsx as cx } from 'clsx';
import { Check, Minus } from 'lucide-react';
import { type ReactNode, useId } from 'react';

export interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Shown beside it; without one give `aria-label`. */
  label?: ReactNode;
  hint?: ReactNode;
  indeterminate?: boolean;
  'aria-label'?: string;
  tabIndex?: number;
  className?: string;
}

/** Yes or no. The whole line can be pressed. */
export function Checkbox({ checked, onChange, label, hint, indeterminate, className, ...rest }: CheckboxProps) {
  const id = useId();
  const box = (
    <Base.Root
      {...rest}
      id={id}
      checked={checked}
      indeterminate={indeterminate ?? false}
      onCheckedChange={onChange}
      className={cx(
        'inline-flex size-4 shrink-0 cursor-pointer items-center justify-center rounded-[4px] border border-line-strong bg-surface-1 text-on-lagoon data-checked:border-lagoon data-checked:bg-lagoon data-indeterminate:border-lagoon data-indeterminate:bg-lagoon',
        label ? 'mt-0.5' : 'relative before:absolute before:-inset-1.5',
      )}
    >
      <Base.Indicator className="flex data-unchecked:hidden">
        {indeterminate ? (
          <Minus size={12} strokeWidth={3} aria-hidden />
        ) : (
          <Check size={12} strokeWidth={3} aria-hidden />
        )}
      </Base.Indicator>
    </Base.Root>
  );
  if (!label) return box;
  return (
    <label htmlFor={id} className={cx('flex min-h-6 cursor-pointer items-start gap-2', className)}>
      {box}
      <span>
        {label}
        {hint ? <span className="block text-12 text-text-3">{hint}</span> : null}
      </span>
    </label>
  );
}
