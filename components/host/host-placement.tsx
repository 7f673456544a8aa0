'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { type Host, hostApi } from '#server/contract/host.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { useHostActions } from './use-host-actions.ts';
import { useHostBar } from './use-host-bar.ts';

const textOfLabels = (labels: Host['labels']): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

const parts = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

const labelsOf = (text: string): Host['labels'] =>
  Object.fromEntries(
    text
      .split(',')
      .map((part) => part.trim().split('=', 2))
      .filter(([name]) => name)
      .map(([name = '', value = '']) => [name.trim(), value.trim()]),
  );

/** What placement goes by: the pool of a host, its traits and labels. */
export function HostPlacement({ host }: { host: Host }) {
  const t = useTranslations('host.placement');
  const trpc = useTRPC();
  const { update } = useHostActions(host.name);
  const barred = useHostBar();
  const pools = useQuery(trpc.hostPool.list.queryOptions({ limit: 200 })).data?.items ?? [];
  const [poolId, setPoolId] = useState(host.hostPool.id);
  const [traits, setTraits] = useState(host.traits.join(', '));
  const [labels, setLabels] = useState(textOfLabels(host.labels));
  const wanted = { host: host.id, poolId, traits: parts(traits), labels: labelsOf(labels) };
  const parsed = hostApi.update.input.safeParse(wanted);
  const wrong = (field: string): string | undefined =>
    parsed.error?.issues.some(({ path }) => path[0] === field) ? t(`wrong.${field as 'traits' | 'labels'}`) : undefined;
  const same = poolId === host.hostPool.id && traits === host.traits.join(', ') && labels === textOfLabels(host.labels);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (parsed.success && !same && !barred) update.mutate(wanted);
  };
  return (
    <Card title={t('title')}>
      <form onSubmit={save} className="flex flex-col gap-3">
        <Field label={t('pool')} hint={t('poolHint')}>
          {(ids) => (
            <Select
              {...ids}
              value={poolId}
              onChange={setPoolId}
              options={pools.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
        </Field>
        <Field label={t('traits')} hint={t('traitsHint')} error={wrong('traits')}>
          {(ids) => <TextInput {...ids} mono value={traits} onChange={(event) => setTraits(event.target.value)} />}
        </Field>
        <Field label={t('labels')} hint={t('labelsHint')} error={wrong('labels')}>
          {(ids) => <TextInput {...ids} mono value={labels} onChange={(event) => setLabels(event.target.value)} />}
        </Field>
        <div>
          <Button type="submit" busy={update.isPending} reason={barred ?? (same ? t('same') : null)}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
