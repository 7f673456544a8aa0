'use client';

import { useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTargetPath } from '../lib/target-path.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { OperationButtons } from './operation-buttons.tsx';
import { OperationFacts } from './operation-facts.tsx';
import { OperationFailure } from './operation-failure.tsx';
import { OperationLog } from './operation-log.tsx';
import { OperationState } from './operation-state.tsx';
import { OperationSteps } from './operation-steps.tsx';

/** One operation: how far it is, what failed, its steps with their times, its log, and the object it is about. */
export function OperationPage({ id }: { id: string }) {
  const t = useTranslations('operations');
  const trpc = useTRPC();
  const { projects } = useMe();
  const text = useOperationText();
  const pathOf = useTargetPath();
  const { data, error } = useQuery(trpc.operation.get.queryOptions({ operation: id }));
  if (error && problemOf(error).code === 'not_found') {
    const back = (
      <Link href={paths.overview()} className={buttonStyle('primary')}>
        {t('toOverview')}
      </Link>
    );
    return <EmptyState icon={Activity} title={t('gone')} detail={t('goneDetail')} action={back} />;
  }
  if (error) return <ProblemNotice error={error} what={t('notRead')} />;
  if (!data) return <Skeleton className="h-14 w-80" />;
  const project = projects.find((each) => each.id === data.projectId)?.slug;
  const path = pathOf(data.target, data.projectId);
  return (
    <>
      <PageHeader
        title={text.title(data)}
        crumbs={[{ href: project ? paths.operations(project) : paths.systemOperations(), text: t('title') }]}
        state={<OperationState operation={data} />}
        actions={
          <>
            {path ? (
              <Link href={path} className={buttonStyle(data.state === 'succeeded' ? 'primary' : 'secondary')}>
                {t('openObject', { name: data.target.name })}
              </Link>
            ) : null}
            <OperationButtons operation={data} />
          </>
        }
      />
      {data.error ? (
        <div className="mb-4">
          <OperationFailure operation={data} />
        </div>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-[1fr_minmax(320px,420px)]">
        <Card title={t('steps')}>
          <OperationSteps steps={data.steps} />
        </Card>
        <Card title={t('facts')}>
          <OperationFacts operation={data} object={false} />
        </Card>
        <Card title={t('log.title')} className="lg:col-span-2">
          <OperationLog id={id} />
        </Card>
      </div>
    </>
  );
}
