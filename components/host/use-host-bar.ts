'use client';

import { useTranslations } from 'next-intl';
import { useMayInSystem } from '../lib/use-me.ts';

/** Why the person may change no host; null for those who may. */
export function useHostBar(): string | null {
  const t = useTranslations('placement');
  return useMayInSystem('host:write') ? null : t('adminsOnly');
}
