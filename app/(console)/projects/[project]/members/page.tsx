import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { MemberList } from '#components/member/member-list.tsx';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('member'))('title') });

export default async function MembersPage({ params }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.members(project));
  await queryClient.prefetchInfiniteQuery(
    trpc.member.list.infiniteQueryOptions({ project, limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <MemberList project={project} />
    </HydrationBoundary>
  );
}
