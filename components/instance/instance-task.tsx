'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Circle, LoaderCircle, type LucideIcon, Undo2, X } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import type { OperationStep } from '#server/contract/operation.ts';
import { operationCan } from '#server/contract/operation-state.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { ProgressLine } from '../ui/progress-line.tsx';
import { toast } from '../ui/toast.tsx';

const marks: Record<OperationStep['state'], { icon: LucideIcon; color: string }> = {
  pending: { icon: Circle, color: 'text-off' },
  running: { icon: LoaderCircle, color: 'animate-spin text-busy' },
  done: { icon: Check, color: 'text-ok' },
  failed: { icon: X, color: 'text-bad' },
  undoing: { icon: Undo2, color: 'text-warn' },
  undone: { icon: Undo2, color: 'text-off' },
  skipped: { icon: Check, color: 'text-off' },
};

/** The operation that works on an instance now, with its steps. Draws nothing where there is none. */
export function InstanceTask({ instance }: { instance: Instance }) {
  const t = useTranslations('instance.task');
  const stepState = useTranslations('operation.stepState');
  const text = useOperationText();
  const textOf = useProblemText();
  const trpc = useTRPC();
  const id = instance.task?.operationId ?? '';
  const { data } = useQuery(trpc.operation.get.queryOptions({ operation: id }, { enabled: id !== '' }));
  const cancel = useMutation(
    trpc.operation.cancel.mutationOptions({
      onError: (error) => toast('bad', t('cancelFailed'), textOf(problemOf(error)).title),
    }),
  );
  if (!instance.task) return null;
  const mayCancel = data && operationCan.cancel.some((state) => state === data.state);
  return (
    <section
      aria-label={t('label')}
      className="mb-4 flex flex-wrap items-center gap-x-6 gap-y-2 rounded-card border border-line bg-lagoon-wash px-4 py-2.5"
    >
      <ProgressLine percent={instance.task.percent} text={data ? text.title(data) : text.doing(instance.task.kind)} />
      <ol className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-12">
        {data?.steps.map((step) => {
          const { icon: Icon, color } = marks[step.state];
          return (
            <li key={step.name} className="flex items-center gap-1">
              <Icon size={14} aria-hidden className={color} />
              <span className="sr-only">{stepState(step.state)}</span>
              {text.step(step.name)}
            </li>
          );
        })}
      </ol>
      <span className="ml-auto flex gap-2">
        {mayCancel ? (
          <Button size="small" busy={cancel.isPending} onClick={() => cancel.mutate({ operation: id })}>
            {t('cancel')}
          </Button>
        ) : null}
        <Link href={paths.operation(id)} className={buttonStyle('ghost', 'small')}>
          {t('open')}
        </Link>
      </span>
    </section>
  );
}
