'use client';

import { useLocale } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { formatAbsolute, formatAgo } from '../lib/format.ts';
import { Tooltip } from './tooltip.tsx';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

/** One clock for every age on the page; it ticks every 20 s, since the smallest unit shown is a minute. */
function onTick(listener: () => void): () => void {
  listeners.add(listener);
  nowMs = Date.now();
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, 20_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** `2 hours ago`, with the exact time in the person's own zone as the tooltip. `at` is RFC 3339. */
export function TimeAgo({ at, tabIndex = 0 }: { at: string; tabIndex?: number }) {
  const locale = useLocale();
  const now = useSyncExternalStore(
    onTick,
    () => nowMs,
    // React asks twice and wants the same answer; a step of 20 s is as fine as anything shown.
    () => Math.floor(Date.now() / 20_000) * 20_000,
  );
  return (
    <Tooltip text={formatAbsolute(at, locale)}>
      <time
        dateTime={at}
        tabIndex={tabIndex}
        className="tabular whitespace-nowrap rounded-[4px]"
        suppressHydrationWarning
      >
        {formatAgo(at, now, locale)}
      </time>
    </Tooltip>
  );
}
