'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { OperationButtons } from './operation-buttons.tsx';
import { OperationFacts } from './operation-facts.tsx';
import { OperationFailure } from './operation-failure.tsx';
import { OperationState } from './operation-state.tsx';
import { OperationSteps } from './operation-steps.tsx';

/** An operation beside the list: how far it is, its steps, what failed. */
export function OperationPanel({ id }: { id: string }) {
  const t = useTranslations('operations');
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.operation.get.queryOptions({ operation: id }));
  if (error) return <ProblemNotice error={error} what={t('notRead')} />;
  if (!data) return <SkeletonRows rows={4} />;
  return (
    <div className="flex flex-col gap-5">
      <OperationState operation={data} />
      <div className="flex flex-wrap gap-2">
        <Link href={paths.operation(id)} className={buttonStyle('secondary', 'small')}>
          {t('openPage')}
        </Link>
        <OperationButtons operation={data} size="small" />
      </div>
      <OperationFailure operation={data} />
      <OperationSteps steps={data.steps} />
      <OperationFacts operation={data} />
    </div>
  );
}
