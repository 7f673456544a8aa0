'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { QuotaRequest } from '#server/contract/quota-request.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { Button } from '../ui/button.tsx';
import { RequestFacts } from './request-facts.tsx';

/** A request beside the list of its project; who asked, or manages the project, takes it back. */
export function RequestPanel({ request, manages }: { request: QuotaRequest; manages: boolean }) {
  const t = useTranslations('quotaRequest.cancel');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { user } = useMe();
  const cancel = useMutation(
    trpc.quotaRequest.cancel.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.quotaRequest.pathKey() }),
    }),
  );
  const may = manages || request.requestedBy?.id === user.id;
  return (
    <div className="flex flex-col items-start gap-5">
      <RequestFacts request={request} />
      {request.state === 'pending' ? (
        <>
          <ProblemNotice error={cancel.error} what={t('failed')} />
          <Button
            reason={may ? null : t('mayNot')}
            busy={cancel.isPending}
            onClick={() => cancel.mutate({ project: request.project.id, quotaRequest: request.id })}
          >
            {t('verb')}
          </Button>
        </>
      ) : null}
    </div>
  );
}
