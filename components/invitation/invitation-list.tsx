'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleOff, MailPlus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import type { Invitation } from '#server/contract/invitation.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useRoleName } from '../member/use-role-options.ts';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { Badge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const tones: Record<Invitation['state'], Tone> = { open: 'paused', expired: 'off', accepted: 'ok', revoked: 'off' };

/** Who was invited into a project, as what, and what became of it. */
export function InvitationList({ project }: { project: string }) {
  const t = useTranslations('invitation');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const query = useInfiniteQuery(
    trpc.invitation.list.infiniteQueryOptions({ project, limit: 50 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = useInvitationColumns(setRevoking);
  const revoke = useMutation(
    trpc.invitation.revoke.mutationOptions({
      onSuccess: async () => {
        setRevoking(null);
        await queryClient.invalidateQueries({ queryKey: trpc.invitation.pathKey() });
      },
    }),
  );
  return (
    <Card title={t('title')} padded={false}>
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <DataTable
          label={t('title')}
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.email}
          more={more}
          empty={<EmptyState icon={MailPlus} title={t('empty')} detail={t('emptyDetail')} />}
        />
      )}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => (open ? undefined : setRevoking(null))}
        title={t('revoke.title', { email: revoking?.email ?? '' })}
        description={t('revoke.impact')}
        verb={t('revoke.verb')}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ project, invitation: revoking.id })}
      >
        <ProblemNotice error={revoke.error} what={t('revoke.failed')} />
      </ConfirmDialog>
    </Card>
  );
}

function useInvitationColumns(onRevoke: (invitation: Invitation) => void): DataColumn<Invitation>[] {
  const t = useTranslations('invitation');
  const roleName = useRoleName();
  return useMemo(
    () => [
      {
        id: 'email',
        header: t('column.email'),
        width: 'minmax(120px, 2fr)',
        card: 'title',
        cell: (row) => <span className="font-medium">{row.email}</span>,
      },
      {
        id: 'role',
        header: t('column.role'),
        width: 'minmax(96px, 1fr)',
        cell: (row) => <Badge>{roleName(row)}</Badge>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: '104px',
        cell: (row) => <StateDot tone={tones[row.state]}>{t(`state.${row.state}`)}</StateDot>,
      },
      { id: 'by', header: t('column.by'), from: 'lg', cell: (row) => row.invitedBy?.name ?? '–' },
      {
        id: 'expires',
        header: t('column.expires'),
        width: '104px',
        align: 'end',
        from: 'md',
        cell: (row) => (row.state === 'open' ? <TimeAgo at={row.expiresAt} tabIndex={-1} /> : '–'),
      },
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) =>
          row.state === 'open' ? (
            <RowIconButton
              icon={CircleOff}
              label={t('revoke.open', { email: row.email })}
              onClick={() => onRevoke(row)}
            />
          ) : null,
      },
    ],
    [t, roleName, onRevoke],
  );
}
