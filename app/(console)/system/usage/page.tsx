import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { usageInput, usageParams, usagePeriodOf } from '#components/usage/usage-query.ts';
import { WholeUsage } from '#components/usage/whole-usage.tsx';
import { openPage } from '../../../open-page.ts';

const load = createLoader(usageParams);

export const generateMetadata = async () => ({ title: (await getTranslations('usage'))('titleAll') });

export default async function SystemUsagePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.systemUsage());
  const { time } = await load(searchParams);
  await Promise.all([
    queryClient.prefetchQuery(trpc.usage.list.queryOptions(usageInput(usagePeriodOf(time, new Date())))),
    queryClient.prefetchQuery(trpc.price.get.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <WholeUsage />
    </HydrationBoundary>
  );
}
