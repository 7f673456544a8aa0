'use client';

import { ChevronRight } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useIsTarget } from './use-hash.ts';

export interface DisclosureProps {
  /** Its place in the address: `#id` opens it and goes there. */
  id: string;
  summary: ReactNode;
  children: () => ReactNode;
}

/** A line that opens; what is inside is drawn only then. */
export function Disclosure({ id, summary, children }: DisclosureProps) {
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLDetailsElement>(null);
  const isTarget = useIsTarget(id, element);
  useEffect(() => {
    if (isTarget) setOpen(true);
  }, [isTarget]);
  return (
    <details
      ref={element}
      id={id}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group border-line border-t first:border-t-0"
    >
      <summary className="flex min-h-11 cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={14}
          aria-hidden
          className="shrink-0 text-text-3 transition-transform group-open:rotate-90"
        />
        {summary}
      </summary>
      {open ? (
        <div className="flex flex-col gap-5 border-line border-t bg-surface-0 px-4 py-4">{children()}</div>
      ) : null}
    </details>
  );
}
