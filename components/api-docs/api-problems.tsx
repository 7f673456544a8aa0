'use client';

import { clsx as cx } from 'clsx';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import { type ErrorCode, errorTable } from '#server/contract/errors.ts';
import { Card } from '../ui/card.tsx';
import { useIsTarget } from './use-hash.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

/** Every code that a problem document can carry: what it means and what to do. */
export function ApiProblems({ search }: { search: string }) {
  const t = useTranslations('apiDocs');
  const problem = useTranslations('problem');
  const words = search.toLowerCase();
  const shown = codes.filter((code) => `${code} ${problem(`${code}.title`)}`.toLowerCase().includes(words));
  if (shown.length === 0) return null;
  return (
    <div id="problems">
      <Card title={t('problems')} padded={false}>
        <p className="px-4 pb-3 text-text-2">{t('problemsDetail')}</p>
        <ul>
          {shown.map((code) => (
            <ProblemLine key={code} code={code} />
          ))}
        </ul>
      </Card>
    </div>
  );
}

function ProblemLine({ code }: { code: ErrorCode }) {
  const problem = useTranslations('problem');
  const element = useRef<HTMLLIElement>(null);
  const id = `problem-${code}`;
  const isTarget = useIsTarget(id, element);
  return (
    <li
      ref={element}
      id={id}
      className={cx(
        'grid gap-x-4 border-line border-t px-4 py-2 sm:grid-cols-[40px_minmax(160px,220px)_1fr]',
        isTarget && 'bg-lagoon-wash',
      )}
    >
      <span className="tabular font-mono text-12 text-text-2">{errorTable[code].http}</span>
      <span className="font-mono text-12">{code}</span>
      <span>
        {problem(`${code}.title`)}
        <span className="block text-12 text-text-2">{problem(`${code}.hint`)}</span>
      </span>
    </li>
  );
}
