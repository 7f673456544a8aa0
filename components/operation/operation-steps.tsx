'use client';

import { Circle, CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon, Undo2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { OperationStep } from '#server/contract/operation.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { Elapsed } from './elapsed.tsx';

const marks: Record<OperationStep['state'], { icon: LucideIcon; color: string }> = {
  pending: { icon: Circle, color: 'text-off' },
  running: { icon: LoaderCircle, color: 'animate-spin text-busy' },
  done: { icon: CircleCheck, color: 'text-ok' },
  failed: { icon: CircleX, color: 'text-bad' },
  undoing: { icon: LoaderCircle, color: 'animate-spin text-warn' },
  undone: { icon: Undo2, color: 'text-warn' },
  skipped: { icon: CircleDashed, color: 'text-off' },
};

/** The steps of an operation in their order: state, time, repeats, what each says. */
export function OperationSteps({ steps }: { steps: readonly OperationStep[] }) {
  const t = useTranslations('operations');
  if (steps.length === 0) return <p className="text-text-3">{t('noSteps')}</p>;
  return (
    <ol className="flex flex-col">
      {steps.map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: OperationStep }) {
  const t = useTranslations('operations');
  const states = useTranslations('operation.stepState');
  const text = useOperationText();
  const { icon: Icon, color } = marks[step.state];
  const quiet = step.state === 'pending' || step.state === 'skipped';
  return (
    <li className="relative flex gap-2.5 pb-3 last:pb-0 [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-5 [&:not(:last-child)]:before:bottom-0 [&:not(:last-child)]:before:left-[7px] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line">
      <Icon size={15} strokeWidth={2.25} aria-hidden className={`mt-0.5 shrink-0 ${color}`} />
      <div className="min-w-0 grow">
        <div className="flex items-baseline justify-between gap-4">
          <span className={quiet ? 'text-text-3' : undefined}>
            <span className="sr-only">{states(step.state)} </span>
            {text.step(step.name)}
            {step.attempts > 1 ? (
              <span className="ml-2 text-12 text-text-3">{t('attempts', { count: step.attempts })}</span>
            ) : null}
          </span>
          {step.startedAt ? (
            <span className="text-12 text-text-2">
              <Elapsed from={step.startedAt} to={step.endedAt} />
            </span>
          ) : null}
        </div>
        {step.message ? (
          <p className={step.state === 'failed' ? 'text-12 text-bad' : 'text-12 text-text-2'}>{step.message}</p>
        ) : null}
      </div>
    </li>
  );
}
