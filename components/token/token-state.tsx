'use client';

import { useTranslations } from 'next-intl';
import type { Token } from '#server/contract/identity.ts';
import { StateDot } from '../ui/state-dot.tsx';

/** Works, has run out, or was revoked. */
export function TokenState({ token }: { token: Token }) {
  const t = useTranslations('token.state');
  if (token.revokedAt) return <StateDot tone="off">{t('revoked')}</StateDot>;
  if (Date.parse(token.expiresAt) <= Date.now()) return <StateDot tone="off">{t('expired')}</StateDot>;
  return <StateDot tone="ok">{t('active')}</StateDot>;
}
