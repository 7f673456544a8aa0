'use client';

import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { formatCount, formatGiB, formatMiB } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Meter } from '../ui/meter.tsx';

/** How a value of each resource is written: counts plain, sizes with their unit. */
export function useResourceText() {
  const t = useTranslations('quota');
  const locale = useLocale();
  const count = (value: number) => formatCount(value, locale);
  const formats: Record<QuotaResource, (value: number) => string> = {
    ...(Object.fromEntries(quotaResources.map((name) => [name, count])) as Record<QuotaResource, typeof count>),
    memoryMiB: (value) => formatMiB(value, locale),
    diskGiB: (value) => formatGiB(value, locale),
  };
  return { name: (resource: QuotaResource) => t(resource), format: formats, over: t('over') };
}

export interface QuotaUse {
  resource: QuotaResource;
  used: number;
  limit: number;
  after?: number;
}

/** Quota bars, before → after where an action is about to change them. `over`: what is said where that is too much. */
export function QuotaBars({ quota, over }: { quota: readonly QuotaUse[]; over?: string }) {
  const text = useResourceText();
  return quota.map(({ resource, ...use }) => (
    <Meter
      key={resource}
      {...use}
      label={text.name(resource)}
      format={text.format[resource]}
      overText={over ?? text.over}
    />
  ));
}

/** What a list shows of a quota; the rest stands on the quota page. */
export const mainQuotaResources = ['instances', 'vcpus', 'memoryMiB', 'diskGiB'] as const;

/** The quota of a project in one line of four bars. */
export function ProjectQuotaStrip({ project }: { project: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.project.get.queryOptions({ project }));
  if (!data) return <div className="mb-4 h-7" />;
  return (
    <div className="mb-4 grid grid-cols-2 gap-x-8 gap-y-2 md:grid-cols-4">
      <QuotaBars quota={mainQuotaResources.map((resource) => ({ resource, ...data.quota[resource] }))} />
    </div>
  );
}
