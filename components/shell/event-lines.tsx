'use client';

import { useTranslations } from 'next-intl';
import type { z } from 'zod';
import type { eventSchema } from '#server/contract/event.ts';
import { useEventText } from '../lib/event-text.ts';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

type Event = z.output<typeof eventSchema>;

const tones: Record<Event['severity'], Tone> = { info: 'off', warn: 'warn', error: 'bad' };

/** Lines of history: what happened, who did it, when. */
export function EventLines({ events }: { events: readonly Event[] }) {
  const t = useTranslations('shell');
  const textOf = useEventText();
  return (
    <ol className="divide-y divide-line">
      {events.map((event) => (
        <li key={event.id} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 py-2 first:pt-0 last:pb-0">
          <span className="min-w-0 grow basis-60">
            <StateDot tone={tones[event.severity]}>{textOf(event)}</StateDot>
          </span>
          <span className="text-12 text-text-2">{event.actor?.name ?? t('byAtoll')}</span>
          <span className="text-12 text-text-3">
            <TimeAgo at={event.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
