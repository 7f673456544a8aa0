'use client';

import { useTranslations } from 'next-intl';
import type { Host, HostState } from '#server/contract/host.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { ProgressLine } from '../ui/progress-line.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';

export const hostTones: Record<HostState, Tone> = {
  enrolling: 'busy',
  online: 'ok',
  unreachable: 'bad',
  quarantined: 'bad',
  maintenance: 'paused',
  removing: 'busy',
  failed: 'bad',
};

/** The state of a host: mark and word. */
export function HostStateDot({ state }: { state: HostState }) {
  const t = useTranslations('host.state');
  return <StateDot tone={hostTones[state]}>{t(state)}</StateDot>;
}

/** The state, or the work in progress in its place. */
export function HostStateOrTask({ host }: { host: Pick<Host, 'state' | 'task'> }) {
  const text = useOperationText();
  return host.task ? (
    <ProgressLine percent={host.task.percent} text={text.task(host.task)} />
  ) : (
    <HostStateDot state={host.state} />
  );
}
