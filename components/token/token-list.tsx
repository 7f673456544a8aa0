'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, SquareTerminal } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Token } from '#server/contract/identity.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { toast } from '../ui/toast.tsx';
import { useTokenColumns } from './token-columns.tsx';
import { TokenPanel } from './token-panel.tsx';

/** One's own API tokens: what each may do, when it was used, when it ends; revoke. */
export function TokenList() {
  const t = useTranslations('token');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [revoking, setRevoking] = useState<Token | null>(null);
  const query = useInfiniteQuery(
    trpc.token.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = useTokenColumns(setRevoking);
  const revoke = useMutation(
    trpc.token.revoke.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('revoke.done', { name: revoking?.name ?? '' }));
        setRevoking(null);
        await queryClient.invalidateQueries({ queryKey: trpc.token.pathKey() });
      },
    }),
  );
  const create = (
    <Link href={paths.tokenNew()} className={buttonStyle('primary')}>
      <Plus size={16} aria-hidden />
      {t('create')}
    </Link>
  );
  const docs = (
    <Link href={paths.apiDocs()} className={buttonStyle()}>
      {t('docs')}
    </Link>
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        detail={t('detail')}
        actions={
          <>
            {docs}
            {rows?.length ? create : null}
          </>
        }
      />
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
            panel={(row) => <TokenPanel token={row} />}
            more={more}
            empty={<EmptyState icon={SquareTerminal} title={t('empty')} detail={t('emptyDetail')} action={create} />}
          />
        </Card>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => (open ? undefined : setRevoking(null))}
        title={t('revoke.title', { name: revoking?.name ?? '' })}
        description={t('revoke.impact')}
        verb={t('revoke.verb')}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ token: revoking.id })}
      >
        <ProblemNotice error={revoke.error} what={t('revoke.failed')} />
      </ConfirmDialog>
    </>
  );
}
