'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatMiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Card } from '../ui/card.tsx';

/** How uneven the hosts of a pool are used, and moves that would help. Nothing is moved from here. */
export function PoolAdvice({ id }: { id: string }) {
  const t = useTranslations('pool.advice');
  const locale = useLocale();
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.placement.advice.queryOptions({ hostPool: id }));
  const advice = data?.pools[0];
  const percent = (share: number) =>
    new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  return (
    <Card title={t('title')}>
      {error ? <ProblemNotice error={error} what={t('failed')} /> : null}
      {advice ? (
        <div className="flex flex-col gap-3">
          <p className={advice.imbalance > advice.threshold && advice.policy !== 'pack' ? 'text-warn' : undefined}>
            {t('imbalance', { now: percent(advice.imbalance), threshold: percent(advice.threshold) })}
          </p>
          {advice.policy === 'pack' ? <p className="text-text-3">{t('packs')}</p> : null}
          {advice.moves.length > 0 ? (
            <>
              <p className="text-text-2">{t('moves', { after: percent(advice.imbalanceAfter) })}</p>
              <ul className="flex flex-col gap-2">
                {advice.moves.map(({ instance, from, to, gain, seconds }) => (
                  <li key={instance.id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                    <Link
                      href={paths.instance(instance.projectId, instance.id)}
                      className="min-h-6 font-medium hover:underline"
                    >
                      {instance.name}
                    </Link>
                    <span className="text-text-2">{from.name}</span>
                    <ArrowRight size={14} aria-label={t('to')} className="text-text-3" />
                    <span className="text-text-2">{to.name}</span>
                    <span className="text-12 text-text-3">
                      {t('gainAndCost', {
                        gain: percent(gain),
                        memory: formatMiB(instance.memoryMiB, locale),
                        seconds,
                      })}
                    </span>
                  </li>
                ))}
              </ul>
            </>
          ) : advice.policy === 'pack' ? null : (
            <p className="text-text-3">{t('none')}</p>
          )}
          <p className="text-12 text-text-3">{t('never')}</p>
        </div>
      ) : null}
    </Card>
  );
}
