'use client';

import type { ReactNode } from 'react';
import { Checkbox } from '../ui/checkbox.tsx';

export interface PoolTicksProps {
  legend: ReactNode;
  hint?: ReactNode;
  /** Said where there is nothing to tick. */
  none: ReactNode;
  items: readonly { id: string; name: string }[];
  value: string[];
  onChange: (value: string[]) => void;
}

/** Some of many, to be ticked. */
export function PoolTicks({ legend, hint, none, items, value, onChange }: PoolTicksProps) {
  return (
    <fieldset>
      <legend className="text-text-2">{legend}</legend>
      {hint ? <p className="mb-1 text-12 text-text-3">{hint}</p> : null}
      {items.length === 0 ? <p className="text-text-3">{none}</p> : null}
      <div className="grid max-h-40 gap-x-5 gap-y-1 overflow-y-auto sm:grid-cols-2">
        {items.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={value.includes(id)}
            onChange={(on) => onChange(on ? [...value, id] : value.filter((other) => other !== id))}
          />
        ))}
      </div>
    </fieldset>
  );
}
