'use client';

import { clsx as cx } from 'clsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';

export interface FactFilter<T extends string> {
  value: T;
  tone: Tone;
  /** `12 running` */
  text: string;
}

export interface FactFiltersProps<T extends string> {
  label: string;
  facts: readonly FactFilter<T>[];
  value: T | null;
  /** null: pressed again, so no filter. */
  onChange: (value: T | null) => void;
}

/** The facts that matter first, each of which filters the list when pressed. */
export const FactFilters = <T extends string>({ label, facts, value, onChange }: FactFiltersProps<T>) => (
  <fieldset className="-mx-1 flex min-w-0 items-center gap-1.5 overflow-x-auto p-1 sm:flex-wrap">
    <legend className="sr-only">{label}</legend>
    {facts.map((fact) => (
      <button
        key={fact.value}
        type="button"
        aria-pressed={value === fact.value}
        onClick={() => onChange(value === fact.value ? null : fact.value)}
        className={cx(
          'tabular inline-flex h-8 shrink-0 items-center whitespace-nowrap rounded-control border px-2.5 transition-colors',
          value === fact.value ? 'border-lagoon bg-lagoon-wash' : 'border-line bg-surface-1 hover:bg-hover',
        )}
      >
        <StateDot tone={fact.tone}>{fact.text}</StateDot>
      </button>
    ))}
  </fieldset>
);
