'use client';

import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import type { Host } from '#server/contract/host.ts';
import { paths } from '../lib/paths.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { HostPlacement } from './host-placement.tsx';
import { useHostActions } from './use-host-actions.ts';
import { useHostBar } from './use-host-bar.ts';

/** Rename and remove. Removing takes a host out of Atoll; what runs on it is not touched. */
export function HostSettings({ host }: { host: Host }) {
  const t = useTranslations('host.settings');
  const router = useRouter();
  const { update, remove } = useHostActions(host.name);
  const barred = useHostBar();
  const [name, setName] = useState(host.name);
  const [asking, setAsking] = useState(false);
  const rename = (event: FormEvent) => {
    event.preventDefault();
    if (name !== host.name && !barred) update.mutate({ host: host.id, name });
  };
  const inUse = host.instances > 0 ? t('inUse', { count: host.instances }) : null;
  return (
    <div className="flex max-w-2xl flex-col gap-4">
      <Card title={t('name')}>
        <form onSubmit={rename} className="flex items-end gap-2">
          <Field label={t('newName')} className="grow">
            {(ids) => <TextInput {...ids} value={name} onChange={(event) => setName(event.target.value)} mono />}
          </Field>
          <Button type="submit" busy={update.isPending} reason={barred ?? (name === host.name ? t('sameName') : null)}>
            {t('rename')}
          </Button>
        </form>
      </Card>
      <HostPlacement key={host.hostPool.id} host={host} />
      <Card title={t('removeTitle')}>
        <p className="mb-3 text-text-2">{t('removeExplain')}</p>
        <Button variant="danger" reason={barred ?? inUse} onClick={() => setAsking(true)}>
          {t('remove')}
        </Button>
      </Card>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('removeAsk', { name: host.name })}
        description={t('removeImpact', { unmanaged: host.unmanaged })}
        verb={t('remove')}
        typeName={host.name}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ host: host.id }, { onSuccess: () => router.push(paths.hosts()) })}
      />
    </div>
  );
}
