'use client';

import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useEventText } from '../lib/event-text.ts';
import { formatAbsolute } from '../lib/format.ts';
import { useTargetPath } from '../lib/target-path.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { eventTones, type LoggedEvent } from './event-columns.tsx';

export interface EventPanelProps {
  event: LoggedEvent;
  /** Narrows the log to the object of this event. */
  onNarrow: (target: string) => void;
}

/** An event beside the log: the whole of what it says, and the ways to its object. */
export function EventPanel({ event, onNarrow }: EventPanelProps) {
  const t = useTranslations('event');
  const locale = useLocale();
  const textOf = useEventText();
  const pathOf = useTargetPath();
  const projectName = useProjectName();
  const { target, projectId, actor, at, type, severity, message, params, id } = event;
  const text = textOf(event);
  const path = pathOf(target, projectId);
  return (
    <div className="flex flex-col gap-5">
      <div>
        <StateDot tone={eventTones[severity]}>{t(`severity.${severity}`)}</StateDot>
        <p className="mt-2 text-14">{text}</p>
        {message === text ? null : <p className="mt-1 text-text-2">{message}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        {path ? (
          <Link href={path} className={buttonStyle('secondary', 'small')}>
            {t('openObject', { name: target.name })}
          </Link>
        ) : null}
        <Button size="small" onClick={() => onNarrow(target.id)}>
          {t('narrow')}
        </Button>
      </div>
      <FactList
        facts={[
          { label: t('column.at'), value: <time dateTime={at}>{formatAbsolute(at, locale)}</time> },
          { label: t('column.by'), value: actor?.name ?? t('byAtoll') },
          ...(projectId === null ? [] : [{ label: t('column.project'), value: projectName(projectId) }]),
          { label: t('type'), value: <span className="font-mono text-12">{type}</span> },
          // What the sentence says already is not told again.
          ...Object.entries(params)
            .filter(([, value]) => !`${text} ${message}`.includes(String(value)))
            .map(([label, value]) => ({
              label,
              value: <span className="font-mono text-12">{value}</span>,
            })),
          { label: t('objectId'), value: <CopyId value={target.id} label={t('objectId')} /> },
          { label: t('id'), value: <CopyId value={id} label={t('id')} /> },
        ]}
      />
    </div>
  );
}
