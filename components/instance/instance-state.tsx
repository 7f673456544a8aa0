'use client';

import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import type { InstanceState } from '#server/contract/instance-state.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { ProgressLine } from '../ui/progress-line.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';

export const instanceTones: Record<InstanceState, Tone> = {
  creating: 'busy',
  running: 'ok',
  paused: 'paused',
  stopped: 'off',
  crashed: 'bad',
  failed: 'bad',
  deleting: 'busy',
  missing: 'warn',
  unreachable: 'warn',
};

/** The state of an instance: mark and word. */
export function InstanceStateDot({ state }: { state: InstanceState }) {
  const t = useTranslations('instance.state');
  return <StateDot tone={instanceTones[state]}>{t(state)}</StateDot>;
}

/** The state, or the work in progress in its place, with its step. */
export function InstanceStateOrTask({ instance }: { instance: Pick<Instance, 'state' | 'task'> }) {
  const text = useOperationText();
  return instance.task ? (
    <ProgressLine percent={instance.task.percent} text={text.task(instance.task)} />
  ) : (
    <InstanceStateDot state={instance.state} />
  );
}
