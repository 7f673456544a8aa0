'use client';

import { useTranslations } from 'next-intl';
import { type ErrorCode, errorTable } from '#server/contract/errors.ts';

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
 * Title and hint of a problem in the person's language, by its code. A hint that the server made for the case at
 * hand (not the table's) is kept as it is, for it knows more.
 */
export function useProblemText(): (problem: Told) => ProblemText {
  const t = useTranslations('problem');
  return ({ code, title, detail, hint }) => {
    if (code === 'offline') return { title: t('offline.title'), detail: null, hint: t('offline.hint') };
    if (!isKnown(code)) return { title: title ?? detail, detail: title ? detail : null, hint };
    const known = errorTable[code];
    return {
      title: t(`${code}.title`),
      detail: detail && detail !== known.title ? detail : null,
      hint: hint && hint !== known.hint ? hint : t(`${code}.hint`),
    };
  };
}
