import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { auditListInput, auditListParams } from '#components/audit/audit-list-query.ts';
import { AuditLog } from '#components/audit/audit-log.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(auditListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('audit'))('title') });

export default async function SystemAuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.systemAudit());
  const input = auditListInput(await load(searchParams));
  await queryClient.prefetchInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(input, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <AuditLog project={null} />
    </HydrationBoundary>
  );
}
