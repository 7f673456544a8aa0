'use client';

import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import type { Volume } from '#server/contract/volume.ts';

/** Why a volume cannot be deleted now; null when it can. */
export function useCannotDelete(mayWrite: boolean): (volume: Volume) => string | null {
  const t = useTranslations('volume.cannot');
  return useCallback(
    ({ instance, state }) => {
      if (!mayWrite) return t('permission');
      if (instance) return t('inUse', { name: instance.name });
      if (state === 'creating' || state === 'deleting') return t('busy');
      return null;
    },
    [t, mayWrite],
  );
}
