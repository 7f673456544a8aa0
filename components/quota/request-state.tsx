'use client';

import { useTranslations } from 'next-intl';
import type { QuotaRequestState } from '#server/contract/quota-request.ts';
import { StateDot, type Tone } from '../ui/state-dot.tsx';

export const requestTones: Record<QuotaRequestState, Tone> = {
  pending: 'paused',
  granted: 'ok',
  denied: 'bad',
  cancelled: 'off',
  ended: 'off',
};

/** What became of a request. */
export function RequestState({ state }: { state: QuotaRequestState }) {
  const t = useTranslations('quotaRequest.state');
  return <StateDot tone={requestTones[state]}>{t(state)}</StateDot>;
}
