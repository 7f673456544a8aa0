'use client';

import { Check, Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { IconButton } from './icon-button.tsx';
import { useCopy } from './use-copy.ts';

/** A command or a file to copy, in mono, wrapped where it is long. `label` names it. */
export function CodeSnippet({ code, label }: { code: string; label: string }) {
  const t = useTranslations('ui');
  const { copied, copy } = useCopy();
  return (
    <div className="relative rounded-control border border-line bg-surface-0">
      <pre className="whitespace-pre-wrap break-all py-2 pr-10 pl-3 font-mono text-12">{code}</pre>
      <span className="absolute top-1 right-1 rounded-control bg-surface-0">
        <IconButton
          icon={copied ? Check : Copy}
          label={copied ? t('copied') : t('copy', { what: label })}
          onClick={() => copy(code)}
        />
      </span>
    </div>
  );
}
