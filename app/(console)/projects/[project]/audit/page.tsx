import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { auditListParams, projectAuditInput } from '#components/audit/audit-list-query.ts';
import { AuditLog } from '#components/audit/audit-log.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(auditListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('audit'))('title') });

export default async function AuditPage({ params, searchParams }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.audit(project));
  const input = projectAuditInput(project, await load(searchParams));
  await queryClient.prefetchInfiniteQuery(
    trpc.audit.listInProject.infiniteQueryOptions(input, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <AuditLog project={project} />
    </HydrationBoundary>
  );
}
