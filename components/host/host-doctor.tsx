'use client';

import { CircleCheck, CircleMinus, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useMessages, useTranslations } from 'next-intl';
import type { DoctorCheck, Host } from '#server/contract/host.ts';
import { useSaid } from '../lib/use-said.ts';
import { Card } from '../ui/card.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const marks: Record<DoctorCheck['state'], { icon: LucideIcon; color: string }> = {
  ok: { icon: CircleCheck, color: 'text-ok' },
  warn: { icon: TriangleAlert, color: 'text-warn' },
  bad: { icon: CircleX, color: 'text-bad' },
  skipped: { icon: CircleMinus, color: 'text-off' },
};

/** Harm first. */
const order: readonly DoctorCheck['state'][] = ['bad', 'warn', 'ok', 'skipped'];

/** What the doctor saw, one line per check; lines that are not well say what to do, with the command. */
export function HostDoctor({ doctor }: { doctor: Host['doctor'] }) {
  const t = useTranslations('host.doctor');
  if (!doctor) return <p className="text-text-2">{t('never')}</p>;
  const checks = doctor.checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const count = (state: DoctorCheck['state']) => checks.filter((check) => check.state === state).length;
  return (
    <>
      <p className="mb-3 text-text-2">
        {t('summary', { bad: count('bad'), warn: count('warn'), ok: count('ok') })} · <TimeAgo at={doctor.checkedAt} />
      </p>
      <Card padded={false}>
        <ul className="divide-y divide-line">
          {checks.map((check) => (
            <DoctorLine key={check.id} check={check} />
          ))}
        </ul>
      </Card>
    </>
  );
}

function DoctorLine({ check }: { check: DoctorCheck }) {
  const t = useTranslations('host.doctor');
  const names: Record<string, string | undefined> = useMessages().host.doctor.check;
  const said = useSaid();
  const { icon: Icon, color } = marks[check.state];
  return (
    <li className="flex gap-3 px-4 py-2.5">
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${color}`} />
      <div className="min-w-0 grow">
        <div className="grid gap-x-4 sm:grid-cols-[200px_1fr]">
          <span className="font-medium" title={check.id}>
            <span className="sr-only">{t(`state.${check.state}`)} </span>
            {names[check.id.replaceAll('.', '_')] ?? check.id}
          </span>
          <span className="min-w-0 text-text-2">{said(check.found)}</span>
        </div>
        {check.fix ? <p className="mt-1">{said(check.fix)}</p> : null}
        {check.command ? (
          <div className="mt-1.5 max-w-3xl">
            <CodeSnippet code={check.command} label={t('command')} />
          </div>
        ) : null}
      </div>
    </li>
  );
}
