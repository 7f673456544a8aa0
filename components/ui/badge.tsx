import { clsx as cx } from 'clsx';
import type { ReactNode } from 'react';
import type { Tone } from './state-dot.tsx';

const tones: Partial<Record<Tone, string>> = { warn: 'bg-warn-wash', bad: 'bg-bad-wash', busy: 'bg-lagoon-wash' };

/** A short word about a thing: its kind, a role, a scope. Tones tint it; the word carries the meaning. */
export const Badge = ({ children, tone }: { children: ReactNode; tone?: Tone }) => (
  <span
    className={cx(
      'inline-flex h-5 items-center whitespace-nowrap rounded-[4px] border border-line px-1.5 text-12 text-text-1',
      (tone && tones[tone]) ?? 'bg-surface-0',
    )}
  >
    {children}
  </span>
);
