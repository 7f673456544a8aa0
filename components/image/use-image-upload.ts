'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { problemOf, RestError } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { toast } from '../ui/toast.tsx';
import { runUpload } from './running-uploads.ts';

/** Starts an upload and tells how it ended. */
export function useImageUpload(): (image: { id: string; name: string }, file: File) => Promise<void> {
  const t = useTranslations('image.upload');
  const textOf = useProblemText();
  const queryClient = useQueryClient();
  const trpc = useTRPC();
  return useCallback(
    async ({ id, name }, file) => {
      try {
        if (await runUpload(id, file)) toast('ok', t('done', { name }));
        else toast('ok', t('stopped', { name }), t('resumeHint'));
      } catch (error) {
        const { title, detail } = textOf(problemOf(error));
        toast('bad', t('failed', { name }), error instanceof RestError ? (detail ?? title) : t('lost'));
      } finally {
        await queryClient.invalidateQueries({ queryKey: trpc.image.pathKey() });
      }
    },
    [t, textOf, queryClient, trpc],
  );
}
