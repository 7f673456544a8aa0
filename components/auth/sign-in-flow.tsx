'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SignInStep } from '#server/contract/sign-in.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { DirectoryForm } from './directory-form.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { SecondFactorForm } from './second-factor-form.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { usePasskeySignIn } from './use-passkey-sign-in.ts';

/**
 * Signing in, step by step, as the server says: it alone knows where a sign-in stands, also after a reload. Leads to `next` with a whole
 * page load, so that nothing of an earlier person stays.
 */
export function SignInFlow({ next }: { next: string }) {
  const t = useTranslations('auth');
  const trpc = useTRPC();
  const ways = useQuery(trpc.signIn.ways.queryOptions({}));
  const kept = useQuery(trpc.signIn.pending.queryOptions({}, { staleTime: Number.POSITIVE_INFINITY }));
  const [answered, setAnswered] = useState<SignInStep | null>(null);
  const [directory, setDirectory] = useState<{ id: string; name: string } | null>(null);
  const onDone = () => window.location.assign(next);
  const onStep = (step: SignInStep) => (step.step === 'done' ? onDone() : setAnswered(step));
  const passkey = usePasskeySignIn(onDone);
  const leave = useMutation(
    trpc.signIn.oidcBegin.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const now = answered ?? kept.data;
  if (now?.step === 'second-factor')
    return (
      <SecondFactorForm
        methods={now.methods}
        onDone={onDone}
        onAgain={() => setAnswered({ step: 'done', methods: [] })}
      />
    );
  if (now?.step === 'enrol') return <EnrolForm onDone={onDone} />;
  if (directory) return <DirectoryForm provider={directory} onStep={onStep} onBack={() => setDirectory(null)} />;
  const { providers = [], passkeys = false } = ways.data ?? {};
  return (
    <div className="flex flex-col gap-4">
      <SignInForm onStep={onStep} />
      {passkeys || providers.length > 0 ? (
        <div className="flex flex-col gap-2 border-line border-t pt-4">
          <ProblemNotice error={passkey.error ?? leave.error} />
          {passkeys ? (
            <Button onClick={passkey.start} busy={passkey.isPending}>
              <Fingerprint size={16} aria-hidden />
              {t('withPasskey')}
            </Button>
          ) : null}
          {providers.map(({ id, kind, name }) => (
            <Button
              key={id}
              busy={leave.isPending && leave.variables.provider === id}
              onClick={() => (kind === 'ldap' ? setDirectory({ id, name }) : leave.mutate({ provider: id, next }))}
            >
              {t('with', { name })}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
