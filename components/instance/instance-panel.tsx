'use client';

import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { formatGiB, formatMiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import { useSaid } from '../lib/use-said.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { InstanceMenu } from './instance-menu.tsx';
import { InstanceStateOrTask } from './instance-state.tsx';

/** The side panel of the list: the facts of one instance, without leaving the list. */
export function InstancePanel({ project, instance }: { project: string; instance: Instance }) {
  const t = useTranslations('instance');
  const said = useSaid();
  const locale = useLocale();
  const size = t('size', {
    vcpus: instance.vcpus,
    memory: formatMiB(instance.memoryMiB, locale),
    disk: formatGiB(instance.diskGiB, locale),
  });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center justify-between gap-2">
        <InstanceStateOrTask instance={instance} />
        <span className="flex items-center gap-1">
          <Link href={paths.instance(project, instance.id)} className={buttonStyle('secondary', 'small')}>
            {t('openPage')}
          </Link>
          <InstanceMenu project={project} instance={instance} />
        </span>
      </div>
      {instance.stateReason ? <p className="text-text-2">{said(instance.stateReason)}</p> : null}
      <FactList
        facts={[
          { label: t('column.kind'), value: t(`kind.${instance.kind}`) },
          { label: t('column.image'), value: instance.image?.name ?? '–' },
          { label: t('column.host'), value: instance.host?.name ?? '–' },
          { label: t('fact.size'), value: size },
          {
            label: t('fact.addresses'),
            value:
              instance.addresses.length === 0
                ? t('noAddress')
                : instance.addresses.map(({ address }) => (
                    <div key={address}>
                      <CopyId value={address} label={t('column.address')} />
                    </div>
                  )),
          },
          { label: t('fact.created'), value: <TimeAgo at={instance.createdAt} /> },
          { label: t('fact.id'), value: <CopyId value={instance.id} label={t('fact.id')} /> },
        ]}
      />
    </div>
  );
}
