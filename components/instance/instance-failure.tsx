'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { operationCan } from '#server/contract/operation-state.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { useSaid } from '../lib/use-said.ts';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { toast } from '../ui/toast.tsx';

const troubled: readonly Instance['state'][] = ['crashed', 'failed', 'missing', 'unreachable'];

/**
 * What went wrong with an instance, in four lines: its last operation where that failed, else the reason of its state.
 * Draws nothing while all is well or while something works on it.
 */
export function InstanceFailure({ project, instance }: { project: string; instance: Instance }) {
  const t = useTranslations('instance.failure');
  const text = useOperationText();
  const textOf = useProblemText();
  const said = useSaid();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.operation.list.queryOptions({ target: instance.id, limit: 1 }));
  const retry = useMutation(
    trpc.operation.retry.mutationOptions({
      onError: (error) => toast('bad', t('retryFailed'), textOf(problemOf(error)).title),
    }),
  );
  if (instance.task) return null;
  const last = data?.items[0];
  if (last?.error && (last.state === 'failed' || last.state === 'stuck')) {
    const told = textOf(last.error);
    const mayRetry = operationCan.retry.some((state) => state === last.state);
    return (
      <div className="mb-4">
        <ErrorNotice
          quiet
          what={t('operation', { title: text.title(last) })}
          why={told.detail ?? told.title}
          undone={last.error.undone && said(last.error.undone)}
          hint={told.hint}
          actions={
            <>
              {mayRetry ? (
                <Button size="small" busy={retry.isPending} onClick={() => retry.mutate({ operation: last.id })}>
                  {t('retry')}
                </Button>
              ) : null}
              <Link href={paths.operation(last.id)} className={buttonStyle('secondary', 'small')}>
                {t('open')}
              </Link>
            </>
          }
        />
      </div>
    );
  }
  if (!troubled.includes(instance.state)) return null;
  const state = instance.state as 'crashed' | 'failed' | 'missing' | 'unreachable';
  return (
    <div className="mb-4">
      <ErrorNotice
        quiet
        tone={state === 'unreachable' || state === 'missing' ? 'warn' : 'bad'}
        what={t(`state.${state}`)}
        why={instance.stateReason && said(instance.stateReason)}
        hint={t(`hint.${state}`)}
        actions={
          <Link href={paths.instance(project, instance.id, 'events')} className={buttonStyle('secondary', 'small')}>
            {t('events')}
          </Link>
        }
      />
    </div>
  );
}
