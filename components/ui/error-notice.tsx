'use client';

import { CircleX, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

export interface ErrorNoticeProps {
  /** What failed. */
  what: ReactNode;
  /** Why. */
  why?: ReactNode;
  /** What was put back; null when nothing had to be. */
  undone?: ReactNode;
  /** What to do now. */
  hint?: ReactNode;
  /** Buttons that do it. */
  actions?: ReactNode;
  tone?: 'bad' | 'warn';
  /** Already on the page when it opened, so not to be announced. */
  quiet?: boolean;
}

/** A failure in four short lines: what failed · why · what was put back · what to do now. */
export function ErrorNotice({ what, why, undone, hint, actions, tone = 'bad', quiet }: ErrorNoticeProps) {
  const t = useTranslations('ui.failure');
  const Icon = tone === 'bad' ? CircleX : TriangleAlert;
  const lines = [
    { label: t('why'), text: why },
    { label: t('undone'), text: undone },
    { label: t('now'), text: hint },
  ].filter(({ text }) => Boolean(text));
  return (
    <div
      role={quiet ? undefined : 'alert'}
      className={`flex gap-3 rounded-card border border-line p-4 ${tone === 'bad' ? 'bg-bad-wash' : 'bg-warn-wash'}`}
    >
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${tone === 'bad' ? 'text-bad' : 'text-warn'}`} />
      <div className="min-w-0 grow">
        <p className="font-semibold">{what}</p>
        {lines.length > 0 ? (
          <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            {lines.map(({ label, text }) => (
              <div key={label} className="contents">
                <dt className="text-text-2">{label}</dt>
                <dd className="min-w-0">{text}</dd>
              </div>
            ))}
          </dl>
        ) : null}
        {actions ? <div className="mt-3 flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </div>
  );
}
