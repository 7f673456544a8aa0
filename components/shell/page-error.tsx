'use client';

import { useTranslations } from 'next-intl';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';

/** A page that failed to draw: says so and offers to try again. */
export function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations('page');
  return (
    <ErrorNotice
      what={t('failed')}
      why={error.digest ? t('failedDigest', { digest: error.digest }) : error.message}
      hint={t('failedHint')}
      actions={<Button onClick={reset}>{t('again')}</Button>}
    />
  );
}
