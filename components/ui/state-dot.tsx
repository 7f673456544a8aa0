import { Circle, CircleCheck, CirclePause, CircleX, LoaderCircle, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'off' | 'paused';

/** Shape and colour both say it, so that it is read without colour too. */
const marks: Record<Tone, { icon: LucideIcon; color: string }> = {
  ok: { icon: CircleCheck, color: 'text-ok' },
  warn: { icon: TriangleAlert, color: 'text-warn' },
  bad: { icon: CircleX, color: 'text-bad' },
  busy: { icon: LoaderCircle, color: 'animate-spin text-busy' },
  off: { icon: Circle, color: 'text-off' },
  paused: { icon: CirclePause, color: 'text-warn' },
};

/** A state: its mark and its word. */
export function StateDot({ tone, children }: { tone: Tone; children: ReactNode }) {
  const { icon: Icon, color } = marks[tone];
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Icon size={14} strokeWidth={2.25} aria-hidden className={`shrink-0 ${color}`} />
      <span className="truncate">{children}</span>
    </span>
  );
}
