'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { UserPlus, Users } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Member } from '#server/contract/member.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { InvitationDialog } from '../invitation/invitation-dialog.tsx';
import { InvitationList } from '../invitation/invitation-list.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MemberRemove } from './member-remove.tsx';
import { MemberRole } from './member-role.tsx';
import { useMemberColumns } from './use-member-columns.tsx';

/** The people of a project with their roles; below, for who manages them, the invitations. */
export function MemberList({ project }: { project: string }) {
  const t = useTranslations('member');
  const trpc = useTRPC();
  const cannot = useCannotInProject();
  const manages = cannot(project, 'member:manage', 'read') === null;
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const query = useInfiniteQuery(
    trpc.member.list.infiniteQueryOptions({ project, limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = useMemberColumns(project, setChanging, setRemoving);
  const invite = (
    <Button variant="primary" reason={cannot(project, 'member:manage')} onClick={() => setInviting(true)}>
      <UserPlus size={16} aria-hidden />
      {t('invite')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={invite} />
      <div className="flex flex-col gap-6">
        {query.error ? (
          <ProblemNotice error={query.error} what={t('failed')} />
        ) : (
          <Card padded={false}>
            <DataTable
              label={t('title')}
              columns={columns}
              rows={rows}
              rowId={(row) => row.id}
              rowName={(row) => row.name}
              more={more}
              empty={<EmptyState icon={Users} title={t('empty')} action={invite} />}
            />
          </Card>
        )}
        {manages ? <InvitationList project={project} /> : null}
      </div>
      {inviting ? <InvitationDialog project={project} onClose={() => setInviting(false)} /> : null}
      {changing ? <MemberRole project={project} member={changing} onClose={() => setChanging(null)} /> : null}
      {removing ? <MemberRemove project={project} member={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  );
}
