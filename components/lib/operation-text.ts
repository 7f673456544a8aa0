'use client';

import { useMessages, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Operation } from '#server/contract/operation.ts';
import type { OperationState } from '#server/contract/operation-state.ts';
import type { Tone } from '../ui/state-dot.tsx';

export interface OperationText {
  /** `Create web-1` */
  title: (operation: Pick<Operation, 'kind' | 'target'>) => string;
  /** `creating`, by kind: what the task column of a list says. */
  doing: (kind: string) => string;
  state: (state: OperationState) => string;
  tone: (state: OperationState) => Tone;
  /** Name of a step as people read it; a step without a translation keeps its own name. */
  step: (name: string) => string;
  /** `Step 3 of 5: growing disk` */
  progress: (operation: Operation) => string;
  /** What a task of a list says: `creating · growing disk`. */
  task: (task: { kind: string; step: string | null }) => string;
}

const tones: Record<OperationState, Tone> = {
  pending: 'busy',
  running: 'busy',
  undoing: 'warn',
  succeeded: 'ok',
  failed: 'bad',
  cancelled: 'off',
  stuck: 'bad',
};

/** Words for operations: kinds, states, steps. */
export function useOperationText(): OperationText {
  const t = useTranslations('operation');
  const steps: Record<string, string | undefined> = useMessages().operation.step;
  return useMemo(() => {
    const step = (name: string): string => steps[name] ?? name.replaceAll('-', ' ');
    const isKnown = (name: string): name is Operation['kind'] => t.has(`kind.${name as Operation['kind']}.doing`);
    const doing = (name: string): string => (isKnown(name) ? t(`kind.${name}.doing`) : name);
    return {
      title: ({ kind, target }) => t(`kind.${kind}.title`, { name: target.name }),
      doing,
      state: (state) => t(`state.${state}`),
      tone: (state) => tones[state],
      step,
      progress: ({ steps: all, progress, state }) => {
        if (state === 'pending') return t('waiting');
        const current = all.findIndex(({ name }) => name === progress.step);
        if (!progress.step || current < 0) return t('percent', { percent: progress.percent });
        return t('stepOf', { step: current + 1, steps: all.length, name: step(progress.step) });
      },
      task: ({ kind, step: name }) => (name ? t('task', { doing: doing(kind), step: step(name) }) : doing(kind)),
    };
  }, [t, steps]);
}
