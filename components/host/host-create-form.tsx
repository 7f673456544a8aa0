'use client';

import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { createHostSchema } from '#server/contract/host.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { NumberField } from '../form/number-field.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import { emptyHost, type HostCreateValues, hostFieldOf, toHostInput } from './host-create-values.ts';
import { HostCredential } from './host-credential.tsx';
import { HostKeyCheck } from './host-key-check.tsx';

const rules = () => import('#server/contract/host.ts').then((contract) => contract.createHostSchema);

const defaultPorts = { local: undefined, ssh: 22, 'docker-tls': 2376 } as const;

/** Adds a machine: how it is reached, who it is, and a name for it. The doctor does the rest. */
export function HostCreateForm() {
  const t = useTranslations('host.create');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const router = useRouter();
  const form = useContractForm<HostCreateValues, typeof createHostSchema>(rules, {
    defaultValues: emptyHost,
    toInput: toHostInput,
    toField: hostFieldOf,
  });
  const { control } = form;
  const [type, address, port, fingerprint] = form.watch(['type', 'address', 'port', 'fingerprint']);
  const create = useMutation(
    trpc.host.create.mutationOptions({
      onSuccess: ({ host }) => router.push(paths.host(host.id, 'doctor')),
      onError: (error) => applyProblem(form, problemOf(error), words, hostFieldOf),
    }),
  );
  const submit = submitForm(form, (input) => create.mutate(input));
  const changeType = (next: HostCreateValues['type']) => {
    form.setValue('type', next);
    form.setValue('port', defaultPorts[next]);
    form.setValue('fingerprint', null);
  };
  const keyMissing = type === 'ssh' && !fingerprint ? t('confirmFirst') : null;
  return (
    <>
      <PageHeader title={t('title')} crumbs={[{ href: paths.hosts(), text: t('hosts') }]} detail={t('detail')} />
      <form onSubmit={submit} className="flex max-w-3xl flex-col gap-4" noValidate>
        <Card title={t('how')}>
          <RadioCards
            label={t('how')}
            value={type}
            onChange={changeType}
            minWidth={200}
            cards={[
              { value: 'ssh', title: t('type.ssh'), detail: t('type.sshDetail') },
              { value: 'local', title: t('type.local'), detail: t('type.localDetail') },
              { value: 'docker-tls', title: t('type.tls'), detail: t('type.tlsDetail') },
            ]}
          />
          <div className="mt-4 grid gap-4 sm:grid-cols-[1fr_120px]">
            <TextField control={control} name="name" label={t('name')} hint={t('nameHint')} className="sm:col-span-2" />
            {type === 'local' ? null : (
              <>
                <TextField control={control} name="address" label={t('address')} placeholder="192.0.2.10" mono />
                <NumberField control={control} name="port" label={t('port')} min={1} max={65_535} />
              </>
            )}
          </div>
        </Card>
        {type === 'ssh' ? (
          <>
            <Card title={t('who')}>
              <HostCredential control={control} credential={form.watch('credential')} user={form.watch('user')} />
            </Card>
            <Card title={t('key')}>
              <HostKeyCheck
                address={address}
                port={port ?? 22}
                value={fingerprint}
                onChange={(value) => form.setValue('fingerprint', value)}
              />
            </Card>
          </>
        ) : null}
        {type === 'docker-tls' ? (
          <Card title={t('certificates')}>
            <div className="flex flex-col gap-4">
              <TextField control={control} name="ca" label={t('ca')} rows={4} mono />
              <TextField control={control} name="cert" label={t('cert')} rows={4} mono />
              <TextField control={control} name="key" label={t('tlsKey')} hint={t('sealed')} rows={4} mono />
            </div>
          </Card>
        ) : (
          <Card title={t('storage')}>
            <TextField control={control} name="storagePool" label={t('pool')} hint={t('poolHint')} mono />
          </Card>
        )}
        <ProblemNotice error={create.error} what={t('failed')} />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={create.isPending} reason={keyMissing}>
            {t('submit')}
          </Button>
          <Button onClick={() => router.push(paths.hosts())}>{t('cancel')}</Button>
        </div>
      </form>
    </>
  );
}
