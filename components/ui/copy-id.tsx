'use client';

import { Check, Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Tooltip } from './tooltip.tsx';
import { useCopy } from './use-copy.ts';

export interface CopyIdProps {
  /** What is copied. */
  value: string;
  /** What is shown; default the value itself. */
  text?: string;
  /** What it is, for screen readers: `address`, `id`. */
  label: string;
}

/** An id, address or command in mono that is copied by one click. */
export function CopyId({ value, text, label }: CopyIdProps) {
  const t = useTranslations('ui');
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  return (
    <Tooltip text={copied ? t('copied') : t('copy', { what: label })}>
      <button
        type="button"
        onClick={() => copy(value)}
        className="group inline-flex min-h-6 max-w-full items-center gap-1.5 rounded-[4px] text-left font-mono text-12 hover:bg-hover"
      >
        <span className="sr-only">{t('copy', { what: label })}</span>
        <span className="truncate">{text ?? value}</span>
        <Icon size={12} aria-hidden className="shrink-0 text-text-3 group-hover:text-text-1" />
        <span role="status" className="sr-only">
          {copied ? t('copied') : ''}
        </span>
      </button>
    </Tooltip>
  );
}
