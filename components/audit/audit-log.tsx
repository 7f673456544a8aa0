'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText, SearchX, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import type { AuditRecord } from '#server/contract/audit.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ExportMenu } from '../ui/export-menu.tsx';
import { useAuditColumns } from './audit-columns.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { auditFilterOf, auditListInput, auditListParams, projectAuditInput } from './audit-list-query.ts';
import { AuditPanel } from './audit-panel.tsx';
import { useAuditText } from './use-audit-text.ts';

const nothing = { search: '', outcome: null, action: null, actor: null, target: null, from: null, to: null };

/** The audit has no topic in the stream of changes: its first page is asked again while somebody looks at it. */
const freshMs = 15_000;

/** Who did what, and what was refused: in one project, or (`project` null) in the whole cloud. */
export function AuditLog({ project }: { project: string | null }) {
  const t = useTranslations('audit');
  const textOf = useAuditText();
  const projectName = useProjectName();
  const [asked, ask] = useQueryStates(auditListParams, { history: 'replace' });
  const query = useAudit(project, asked);
  const { rows, more } = useListRows<AuditRecord>(query);
  const columns = useAuditColumns(project === null ? projectName : null);
  const filter = auditFilterOf(asked);
  const narrowed = Object.keys(filter).length > 0;
  const everything = () => void ask(nothing);
  const clear = (
    <Button size="small" onClick={everything}>
      <X size={14} aria-hidden />
      {t('all')}
    </Button>
  );
  const exported = (format: string): string =>
    `/api/v1${project === null ? '' : `/projects/${encodeURIComponent(project)}`}/audit/export?${new URLSearchParams({ format, ...filter })}`;
  return (
    <>
      <PageHeader
        title={t('title')}
        detail={project === null ? t('detailAll') : t('detail')}
        actions={
          <ExportMenu
            label={t('export')}
            files={[
              { label: t('exportCsv'), href: exported('csv') },
              { label: t('exportLines'), href: exported('jsonl') },
            ]}
          />
        }
      />
      <AuditFilters key={narrowed ? 'narrowed' : 'all'} asked={asked} onAsk={(change) => void ask(change)} />
      {asked.actor || asked.target ? (
        <p className="mb-3 flex flex-wrap items-center gap-3">
          <span className="text-text-2">{asked.actor ? t('onlyActor') : t('onlyObject')}</span>
          {clear}
        </p>
      ) : null}
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => textOf(row)}
            panel={(row) => <AuditPanel record={row} onNarrow={(to) => void ask({ ...nothing, ...to })} />}
            more={more}
            empty={
              narrowed ? (
                <EmptyState icon={SearchX} title={t('emptyNarrowed')} action={clear} />
              ) : (
                <EmptyState icon={ScrollText} title={t('empty')} detail={t('emptyDetail')} />
              )
            }
          />
        </Card>
      )}
    </>
  );
}

function useAudit(project: string | null, asked: Parameters<typeof auditListInput>[0]) {
  const trpc = useTRPC();
  const paging = { getNextPageParam: nextCursor, placeholderData: keepPreviousData };
  const whole = useInfiniteQuery({
    ...trpc.audit.list.infiniteQueryOptions(auditListInput(asked), { ...paging, enabled: project === null }),
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : freshMs),
  });
  const own = useInfiniteQuery({
    ...trpc.audit.listInProject.infiniteQueryOptions(projectAuditInput(project ?? '', asked), {
      ...paging,
      enabled: project !== null,
    }),
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : freshMs),
  });
  return project === null ? whole : own;
}
