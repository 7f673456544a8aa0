'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import type { Image } from '#server/contract/image.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';

/** Why an image of a project's list cannot be deleted now by this person; null when it can. */
export function useCannotDeleteImage(project: string): (image: Image) => string | null {
  const t = useTranslations('image.cannot');
  const trpc = useTRPC();
  const mayPublish = useMayInSystem('image:publish');
  const { data } = useQuery(trpc.project.get.queryOptions({ project }));
  const mayWrite = data?.permissions.includes('image:write') ?? false;
  return useCallback(
    ({ projectId, task, state }) => {
      if (projectId === null && !mayPublish) return t('public');
      if (projectId !== null && !mayWrite) return t('project');
      return task || state === 'deleting' ? t('busy') : null;
    },
    [t, mayPublish, mayWrite],
  );
}
