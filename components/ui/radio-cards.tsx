'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { clsx as cx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface RadioCard<T extends string> {
  value: T;
  title: ReactNode;
  detail?: ReactNode;
  icon?: LucideIcon;
}

export interface RadioCardsProps<T extends string> {
  /** Names the choice for screen readers. */
  label: string;
  value: T | null;
  onChange: (value: T) => void;
  cards: readonly RadioCard<T>[];
  /** Width below which cards wrap, in px. */
  minWidth?: number;
}

/** One of a few, as cards with a line of explanation. */
export function RadioCards<T extends string>({ label, value, onChange, cards, minWidth = 160 }: RadioCardsProps<T>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className="grid gap-2"
      style={{ gridTemplateColumns: `repeat(auto-fill, minmax(min(${minWidth}px, 100%), 1fr))` }}
    >
      {cards.map(({ value: each, title, detail, icon: Icon }) => (
        <Radio.Root
          key={each}
          value={each}
          className={cx(
            'flex min-h-14 cursor-pointer items-start gap-2.5 rounded-card border border-line-strong bg-surface-1 p-3 text-left transition-colors hover:bg-hover',
            'data-checked:border-lagoon data-checked:bg-lagoon-wash data-checked:shadow-[inset_0_0_0_1px_var(--lagoon)]',
          )}
        >
          {Icon ? <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-text-2" /> : null}
          <span className="min-w-0 grow">
            <span className="block font-medium">{title}</span>
            {detail ? <span className="block text-12 text-text-2">{detail}</span> : null}
          </span>
          <span
            aria-hidden
            className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border border-line-strong"
          >
            <Radio.Indicator className="size-2 rounded-full bg-lagoon" />
          </span>
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
