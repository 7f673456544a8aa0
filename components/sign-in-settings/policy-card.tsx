'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { secondFactorPolicies } from '#server/contract/identity-provider.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Card } from '../ui/card.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import { toast } from '../ui/toast.tsx';

/** Who must have a second factor. */
export function PolicyCard() {
  const t = useTranslations('signInSettings.policy');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const policy = useQuery(trpc.identityProvider.policy.queryOptions({}));
  const set = useMutation(
    trpc.identityProvider.setPolicy.mutationOptions({
      onSuccess: async ({ ended }) => {
        toast('ok', t('saved', { count: ended }));
        await queryClient.invalidateQueries({ queryKey: trpc.identityProvider.policy.queryKey() });
      },
    }),
  );
  return (
    <Card title={t('title')}>
      <div className="flex flex-col gap-4">
        <p className="text-text-2">{t('detail')}</p>
        <ProblemNotice error={policy.error ?? set.error} what={set.error ? t('failed') : undefined} />
        <RadioCards
          label={t('title')}
          value={policy.data?.secondFactor ?? null}
          onChange={(secondFactor) => set.mutate({ secondFactor })}
          cards={secondFactorPolicies.map((value) => ({
            value,
            title: t(`${value}.title`),
            detail: t(`${value}.detail`),
          }))}
        />
      </div>
    </Card>
  );
}
