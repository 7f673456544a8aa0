'use client';

import { useTranslations } from 'next-intl';
import type { Operation } from '#server/contract/operation.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { useSaid } from '../lib/use-said.ts';
import { ErrorNotice } from '../ui/error-notice.tsx';

/** What failed, why, what was put back, what to do now. Draws nothing where nothing failed. */
export function OperationFailure({ operation }: { operation: Operation }) {
  const t = useTranslations('operations');
  const text = useOperationText();
  const textOf = useProblemText();
  const said = useSaid();
  const { error, state } = operation;
  if (!error) return null;
  const told = textOf(error);
  const step = error.step ? text.step(error.step) : null;
  return (
    <ErrorNotice
      quiet
      tone={state === 'cancelled' ? 'warn' : 'bad'}
      what={step ? t('failedAt', { title: told.title, step }) : told.title}
      why={told.detail}
      undone={error.undone && said(error.undone)}
      hint={told.hint}
    />
  );
}
