'use client';

import { TRPCClientError } from '@trpc/client';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { limitsOfShortages } from './missing-limits.ts';
import { RequestMore } from './request-more.tsx';

/** What `quota_exceeded` says is short, of the project's quota or of its quota in a pool; null for every other error. */
function shortOf(error: unknown): { wishes: Partial<Record<QuotaResource, number>>; inPool: boolean } | null {
  if (!(error instanceof TRPCClientError)) return null;
  const problem = (error.data as { problem?: { shortages?: unknown; poolId?: unknown } } | null)?.problem;
  const wishes = limitsOfShortages(problem?.shortages);
  return Object.keys(wishes).length > 0 ? { wishes, inPool: problem?.poolId !== undefined } : null;
}

/** A refusal, and where the quota is short, the button that asks for what is missing. */
export function QuotaProblemNotice({ error, what, project }: { error: unknown; what: ReactNode; project: string }) {
  const t = useTranslations('quotaRequest.ask');
  const short = shortOf(error);
  if (!short) return <ProblemNotice error={error} what={what} />;
  const ask = short.inPool ? (
    <Link href={paths.quota(project)} className={buttonStyle('secondary')}>
      {t('open')}
    </Link>
  ) : (
    <RequestMore project={project} wishes={short.wishes} variant="secondary" />
  );
  return <ProblemNotice error={error} what={what} actions={ask} />;
}
