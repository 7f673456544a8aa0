'use client';

import { useTranslations } from 'next-intl';
import { type ErrorCode, errorTable } from '#server/contract/errors.ts';
import { useSaid } from './use-said.ts';

export interface ProblemText {
  title: string;
  /** What the server says beyond the title; null when it is the same. */
  detail: string | null;
  hint: string;
}

interface Told {
  code: string;
  title?: string;
  detail: string;
  hint: string;
}

const isKnown = (code: string): code is ErrorCode => code in errorTable;

/**
 * Title and hint of a problem in the person's language, by its code; its detail where the sentence is known. A hint that the
 * server made for the case at hand (not the table's) is told instead, for it knows more.
 */
export function useProblemText(): (problem: Told) => ProblemText {
  const t = useTranslations('problem');
  const said = useSaid();
  return ({ code, title, detail, hint }) => {
    if (code === 'offline') return { title: t('offline.title'), detail: null, hint: t('offline.hint') };
    if (!isKnown(code)) return { title: title ?? said(detail), detail: title ? said(detail) : null, hint: said(hint) };
    const known = errorTable[code];
    return {
      title: t(`${code}.title`),
      detail: detail && detail !== known.title ? said(detail) : null,
      hint: hint && hint !== known.hint ? said(hint) : t(`${code}.hint`),
    };
  };
}
