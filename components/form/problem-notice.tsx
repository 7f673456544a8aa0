'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { problemOf } from '../lib/problem.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { ErrorNotice } from '../ui/error-notice.tsx';

export interface ProblemNoticeProps {
  error: unknown;
  /** What was tried: `The instance was not created`. Default: the title of the problem. */
  what?: ReactNode;
  actions?: ReactNode;
}

/** What the server refused or failed at, in four lines. Draws nothing where there is no error. */
export function ProblemNotice({ error, what, actions }: ProblemNoticeProps) {
  const t = useTranslations('ui.failure');
  const textOf = useProblemText();
  if (!error) return null;
  const problem = problemOf(error);
  const text = textOf(problem);
  const why = what ? `${text.title}${text.detail ? ` — ${text.detail}` : ''}` : text.detail;
  return (
    <ErrorNotice
      what={what ?? text.title}
      why={why}
      hint={text.hint}
      actions={
        actions ??
        (problem.requestId && problem.status >= 500 ? (
          <span className="text-12 text-text-2">{t('request', { id: problem.requestId })}</span>
        ) : null)
      }
    />
  );
}
