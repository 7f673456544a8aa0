'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths, safeNext } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';

/** Where a provider sends people back to: hands its answer over once, and goes on. */
export function OidcCallback() {
  const t = useTranslations('auth.callback');
  const trpc = useTRPC();
  const begun = useRef(false);
  const { mutate, error } = useMutation(
    trpc.signIn.oidcFinish.mutationOptions({
      onSuccess: ({ step, next }) => window.location.replace(step === 'done' ? safeNext(next) : paths.signIn(next)),
    }),
  );
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate({ query: window.location.search });
  }, [mutate]);
  return (
    <section className="flex flex-col gap-4" aria-labelledby="callback-title">
      <h1 id="callback-title" className="text-16 font-semibold">
        {t('title')}
      </h1>
      {error ? (
        <>
          <ProblemNotice error={error} />
          <Button variant="primary" onClick={() => window.location.assign(paths.signIn())}>
            {t('back')}
          </Button>
        </>
      ) : (
        <Spinner label={t('working')} />
      )}
    </section>
  );
}
