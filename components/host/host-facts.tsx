'use client';

import { useTranslations } from 'next-intl';
import type { Host, HostState } from '#server/contract/host.ts';
import { StateDot } from '../ui/state-dot.tsx';
import { hostTones } from './host-state.tsx';

/** How many hosts are in which state, what needs a hand among them. */
export function HostFacts({ hosts }: { hosts: readonly Host[] }) {
  const t = useTranslations('host');
  const facts = (Object.keys(hostTones) as HostState[])
    .map((state) => ({ state, count: hosts.filter((host) => host.state === state).length }))
    .filter(({ count }) => count > 0);
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1">
      {facts.map(({ state, count }) => (
        <li key={state} className="tabular">
          <StateDot tone={hostTones[state]}>{t('stateCount', { count, state: t(`state.${state}`) })}</StateDot>
        </li>
      ))}
    </ul>
  );
}
