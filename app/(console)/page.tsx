import { HydrationBoundary } from '@tanstack/react-query';
import { cookies } from 'next/headers';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { readPreferences } from '#components/lib/preferences.ts';
import { Overview } from '#components/overview/overview.tsx';
import { overviewQueries } from '#components/overview/overview-queries.ts';
import { openPage } from '../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('overview'))('title') });

export default async function OverviewPage() {
  const { trpc, queryClient, state } = await openPage(paths.overview());
  const jar = await cookies();
  const { project: last } = readPreferences((name) => jar.get(name)?.value);
  const me = await queryClient.ensureQueryData(trpc.auth.me.queryOptions({}));
  const slug = (me.projects.find((each) => each.slug === last) ?? me.projects[0])?.slug;
  await Promise.all([
    queryClient.prefetchQuery(overviewQueries.running(trpc)),
    queryClient.prefetchQuery(overviewQueries.events(trpc)),
    me.systemPermissions.includes('host:read') && queryClient.prefetchQuery(overviewQueries.hosts(trpc)),
    slug && queryClient.prefetchQuery(overviewQueries.images(trpc, slug)),
    slug && queryClient.prefetchQuery(overviewQueries.instances(trpc, slug)),
    slug && queryClient.prefetchQuery(overviewQueries.project(trpc, slug)),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <Overview />
    </HydrationBoundary>
  );
}
