'use client';

import { useTranslations } from 'next-intl';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { TextInput } from './text-input.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names the thing and the verb: `Delete vm web-1?` */
  title: string;
  description?: ReactNode;
  /** What will be lost or interrupted; the body of the dialog. */
  children?: ReactNode;
  /** The verb on the button. */
  verb: string;
  onConfirm: () => void;
  busy?: boolean;
  tone?: 'danger' | 'primary';
  /** For what cannot be undone: the name that must be typed. */
  typeName?: string;
}

/** Asks before damage is done, with as much friction as the damage deserves. */
export function ConfirmDialog({
  typeName,
  tone = 'danger',
  verb,
  busy,
  onConfirm,
  children,
  ...dialog
}: ConfirmDialogProps) {
  const t = useTranslations('ui');
  const form = useId();
  const [typed, setTyped] = useState('');
  const ready = typeName === undefined || typed === typeName;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) onConfirm();
  };
  return (
    <Dialog
      {...dialog}
      actions={
        <>
          <Button onClick={() => dialog.onOpenChange(false)}>{t('cancel')}</Button>
          <Button
            type="submit"
            form={form}
            variant={tone}
            busy={busy ?? false}
            reason={ready ? null : t('typeNameFirst')}
          >
            {verb}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {typeName === undefined ? null : (
          <Field label={t.rich('typeName', { name: typeName, b: (chunks) => <b className="font-mono">{chunks}</b> })}>
            {(control) => (
              <TextInput
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                mono
              />
            )}
          </Field>
        )}
      </form>
    </Dialog>
  );
}
