'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Operation } from '#server/contract/operation.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { Button } from '../ui/button.tsx';
import type { ButtonSize } from '../ui/button-style.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useOperationActions } from './use-operation-actions.ts';

/** Cancel and run again, where the state allows it. Cancelling says first what it does. */
export function OperationButtons({ operation, size = 'normal' }: { operation: Operation; size?: ButtonSize }) {
  const t = useTranslations('operations');
  const text = useOperationText();
  const [asking, setAsking] = useState(false);
  const { mayCancel, mayRetry, cancel, retry, cancelling, retrying } = useOperationActions(operation);
  return (
    <>
      {mayCancel ? (
        <Button size={size} busy={cancelling} onClick={() => setAsking(true)}>
          {t('cancel')}
        </Button>
      ) : null}
      {mayRetry ? (
        <Button size={size} variant={size === 'normal' ? 'primary' : 'secondary'} busy={retrying} onClick={retry}>
          {t('retry')}
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking && mayCancel}
        onOpenChange={setAsking}
        title={t('cancelAsk', { title: text.title(operation) })}
        description={t('cancelImpact')}
        verb={t('cancelVerb')}
        busy={cancelling}
        onConfirm={() => {
          cancel();
          setAsking(false);
        }}
      />
    </>
  );
}
