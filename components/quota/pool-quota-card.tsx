'use client';

import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ProjectPermission } from '#server/contract/permissions.ts';
import type { PoolQuota } from '#server/contract/quota.ts';
import { poolQuotaResources } from '#server/contract/quota-resources.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { QuotaBars, useResourceText } from '../project/project-quota.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';

const PoolLimitsDialog = dynamic(() => import('./pool-limits-dialog.tsx').then((module) => module.PoolLimitsDialog));
const RequestDialog = dynamic(() => import('./request-dialog.tsx').then((module) => module.RequestDialog));

export interface PoolQuotaCardProps {
  project: string;
  pool: PoolQuota;
  permissions: readonly ProjectPermission[];
}

/** What a project uses of a host pool; what has no limit there is only counted. */
export function PoolQuotaCard({ project, pool: poolQuota, permissions }: PoolQuotaCardProps) {
  const { pool, quota } = poolQuota;
  const t = useTranslations('quotaPage');
  const tAsk = useTranslations('quotaRequest.ask');
  const text = useResourceText();
  const mayChange = useMayInSystem('quota:manage');
  const [asking, setAsking] = useState(false);
  const [changing, setChanging] = useState(false);
  const limited = poolQuotaResources.flatMap((resource) => {
    const { used, limit } = quota[resource];
    return limit === null ? [] : [{ resource, used, limit }];
  });
  const counted = poolQuotaResources.filter((resource) => quota[resource].limit === null && quota[resource].used > 0);
  const more =
    limited.length > 0 ? (
      <Button
        variant="ghost"
        size="small"
        reason={permissions.includes('quota:request') ? null : tAsk('mayNot')}
        onClick={() => setAsking(true)}
      >
        {tAsk('open')}
      </Button>
    ) : null;
  return (
    <Card
      title={t('inPool', { pool: pool.name })}
      aside={
        <span className="flex gap-1">
          {mayChange ? (
            <Button variant="ghost" size="small" onClick={() => setChanging(true)}>
              {t('poolLimits.open')}
            </Button>
          ) : null}
          {more}
        </span>
      }
    >
      {limited.length > 0 ? (
        <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
          <QuotaBars quota={limited} />
        </div>
      ) : null}
      {counted.length > 0 ? (
        <p className="tabular mt-3 text-text-2 first:mt-0">
          {t('counted', {
            use: counted.map((each) => `${text.name(each)} ${text.format[each](quota[each].used)}`).join(' · '),
          })}
        </p>
      ) : null}
      {limited.length === 0 && counted.length === 0 ? <p className="text-text-2">{t('nothingInPool')}</p> : null}
      {changing ? <PoolLimitsDialog project={project} pool={poolQuota} onClose={() => setChanging(false)} /> : null}
      {asking ? (
        <RequestDialog
          project={project}
          pool={pool}
          present={Object.fromEntries(limited.map(({ resource, limit }) => [resource, limit]))}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </Card>
  );
}
