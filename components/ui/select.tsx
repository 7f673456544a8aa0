'use client';

import { Select as Base } from '@base-ui/react/select';
import { clsx as cx } from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { inputStyle } from './text-input.tsx';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  /** A second, quiet line. */
  detail?: ReactNode;
}

export interface SelectProps<T extends string> {
  value: T | null;
  onChange: (value: T) => void;
  options: readonly SelectOption<T>[];
  placeholder?: string;
  id?: string;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: true | undefined;
  className?: string;
}

/** One of many, in a list that opens. For two to six choices prefer radio cards. */
export function Select<T extends string>({
  value,
  onChange,
  options,
  placeholder,
  className,
  ...trigger
}: SelectProps<T>) {
  return (
    <Base.Root
      items={options.map(({ value: each, label }) => ({ value: each, label }))}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
    >
      <Base.Trigger
        {...trigger}
        className={cx(inputStyle, 'flex h-8 items-center justify-between gap-2 text-left', className)}
      >
        <Base.Value placeholder={placeholder} className="min-w-0 truncate data-placeholder:text-text-3" />
        <Base.Icon className="shrink-0 text-text-3">
          <ChevronsUpDown size={14} aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-60 outline-none">
          <Base.Popup className="max-h-[min(320px,var(--available-height))] min-w-(--anchor-width) max-w-[min(480px,calc(100vw-24px))] overflow-y-auto rounded-card border border-line bg-surface-2 p-1 shadow-float outline-none">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 py-1 outline-none data-highlighted:bg-hover"
              >
                <span className="min-w-0 grow">
                  <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                  {option.detail ? <span className="block text-12 text-text-3">{option.detail}</span> : null}
                </span>
                <Base.ItemIndicator>
                  <Check size={16} aria-hidden className="text-lagoon" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
