import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { InstanceOperations } from '#components/instance/instance-operations.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; instance: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('instance.tab'))('operations') });

export default async function InstanceOperationsPage({ params }: Props) {
  const { project, instance } = await params;
  const { trpc, queryClient, state } = await openPage(paths.instance(project, instance, 'operations'));
  await queryClient.prefetchInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions({ target: instance, limit: 50 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <InstanceOperations instance={instance} />
    </HydrationBoundary>
  );
}
