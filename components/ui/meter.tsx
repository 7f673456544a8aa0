import { clsx as cx } from 'clsx';
import type { ReactNode } from 'react';

export interface MeterProps {
  /** What is measured: vCPU, memory. */
  label: string;
  used: number;
  limit: number;
  /** What it will be after the action at hand; drawn behind the present part. */
  after?: number;
  /** Writes a value with its unit. */
  format: (value: number) => string;
  /** Said where `after` is more than the limit. */
  overText?: string;
  children?: ReactNode;
}

const share = (value: number, limit: number): number =>
  limit <= 0 ? (value > 0 ? 100 : 0) : Math.min(100, Math.max(0, (value / limit) * 100));

/** A bar of used against limit, with before → after where an action is about to change it. */
export function Meter({ label, used, limit, after, format, overText }: MeterProps) {
  const then = after ?? used;
  const over = then > limit;
  const text = after === undefined || after === used ? format(used) : `${format(used)} → ${format(after)}`;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-12">
        <span className="text-text-2">{label}</span>
        <span className="tabular whitespace-nowrap">
          {text} <span className="text-text-3">/ {format(limit)}</span>
        </span>
      </div>
      <meter className="sr-only" aria-label={label} min={0} max={Math.max(limit, then)} value={then}>
        {text} / {format(limit)}
      </meter>
      <div aria-hidden className="relative h-1.5 overflow-hidden rounded-full bg-line">
        <span
          className={cx('absolute inset-y-0 left-0 rounded-full', over ? 'bg-bad' : 'bg-lagoon opacity-45')}
          style={{ width: `${share(then, limit)}%` }}
        />
        <span
          className={cx('absolute inset-y-0 left-0 rounded-full', share(used, limit) >= 90 ? 'bg-warn' : 'bg-lagoon')}
          style={{ width: `${share(Math.min(used, then), limit)}%` }}
        />
      </div>
      {over && overText ? <p className="text-12 text-bad">{overText}</p> : null}
    </div>
  );
}
