'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { QuotaRequest } from '#server/contract/quota-request.ts';
import { formatAbsolute } from '../lib/format.ts';
import { type Fact, FactList } from '../ui/fact-list.tsx';
import { LimitChanges } from './limit-changes.tsx';
import { RequestState } from './request-state.tsx';

/** A request, all of it. */
export function RequestFacts({ request }: { request: QuotaRequest }) {
  const t = useTranslations('quotaRequest.fact');
  const locale = useLocale();
  const facts: Fact[] = [
    { label: t('state'), value: <RequestState state={request.state} /> },
    { label: t('asked'), value: <LimitChanges limits={request.limits} /> },
    ...(request.pool ? [{ label: t('pool'), value: request.pool.name }] : []),
    { label: t('reason'), value: <p className="whitespace-pre-wrap break-words">{request.reason}</p> },
    {
      label: t('by'),
      value: t('byWhen', { name: request.requestedBy?.name ?? '–', time: formatAbsolute(request.createdAt, locale) }),
    },
    ...(request.granted
      ? [{ label: t('granted'), value: <LimitChanges limits={request.granted} before={request.before} /> }]
      : []),
    ...(request.expiresAt ? [{ label: t('until'), value: formatAbsolute(request.expiresAt, locale) }] : []),
    ...(request.decidedAt
      ? [
          {
            label: t('decidedBy'),
            value: t('byWhen', {
              name: request.decidedBy?.name ?? '–',
              time: formatAbsolute(request.decidedAt, locale),
            }),
          },
        ]
      : []),
    ...(request.decisionNote
      ? [{ label: t('note'), value: <p className="whitespace-pre-wrap break-words">{request.decisionNote}</p> }]
      : []),
  ];
  return <FactList facts={facts} />;
}
