'use client';

import { useTranslations } from 'next-intl';
import { CodeSnippet } from '../ui/code-snippet.tsx';

/** Recovery codes on the one occasion on which they are shown. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const t = useTranslations('auth.recoveryCodes');
  return (
    <div className="flex flex-col gap-3">
      <p className="text-text-2">{t('detail')}</p>
      <CodeSnippet code={codes.join('\n')} label={t('title')} />
    </div>
  );
}
