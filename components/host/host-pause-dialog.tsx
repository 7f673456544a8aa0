'use client';

import { useTranslations } from 'next-intl';
import { type FormEvent, useId, useState } from 'react';
import type { Host } from '#server/contract/host.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { useHostActions } from './use-host-actions.ts';

export interface HostPauseDialogProps {
  host: Host;
  how: 'maintenance' | 'cordon';
  onClose: () => void;
}

/** Asks why a host is to take nothing new, and says what still runs on it. */
export function HostPauseDialog({ host, how, onClose }: HostPauseDialogProps) {
  const t = useTranslations('host.pause');
  const id = useId();
  const { update } = useHostActions(host.name);
  const [reason, setReason] = useState('');
  const trimmed = reason.trim();
  const missing = how === 'cordon' && trimmed === '' ? t('reasonFirst') : null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (missing) return;
    const change =
      how === 'cordon'
        ? { cordon: { reason: trimmed } }
        : { maintenance: true, ...(trimmed && { maintenanceReason: trimmed }) };
    update.mutate({ host: host.id, ...change }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t(`${how}.title`, { name: host.name })}
      description={t(`${how}.detail`)}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={update.isPending} reason={missing}>
            {t(`${how}.verb`)}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={send} className="flex flex-col gap-3">
        <p>{t('stillRuns', { instances: host.instances, unmanaged: host.unmanaged })}</p>
        <Field label={t('reason')} hint={t('reasonHint')}>
          {(ids) => (
            <TextInput
              {...ids}
              autoFocus
              maxLength={200}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
