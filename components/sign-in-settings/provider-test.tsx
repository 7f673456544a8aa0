'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import type { IdentityProvider } from '#server/contract/identity-provider.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { TextInput } from '../ui/text-input.tsx';

const steps = ['reach', 'search-bind', 'search-base', 'user', 'discovery', 'pkce'] as const;
type Step = (typeof steps)[number];
const isStep = (step: string): step is Step => (steps as readonly string[]).includes(step);

/** Tries a provider out and says in words what works. */
export function ProviderTest({ provider, onClose }: { provider: IdentityProvider; onClose: () => void }) {
  const t = useTranslations('signInSettings.test');
  const trpc = useTRPC();
  const [username, setUsername] = useState('');
  const test = useMutation(trpc.identityProvider.test.mutationOptions());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate({ identityProvider: provider.id, ...(username && { username }) });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('title', { name: provider.name })}
      actions={
        <Button type="submit" form="provider-test" variant="primary" busy={test.isPending}>
          {t('verb')}
        </Button>
      }
    >
      <form id="provider-test" onSubmit={submit} className="flex flex-col gap-4">
        {provider.kind === 'ldap' ? (
          <Field label={t('username')} hint={t('usernameHint')}>
            {(control) => (
              <TextInput {...control} value={username} onChange={(event) => setUsername(event.target.value)} />
            )}
          </Field>
        ) : (
          <p className="text-text-2">{t('oidc')}</p>
        )}
        <ProblemNotice error={test.error} />
        <ul className="flex flex-col gap-2" aria-live="polite">
          {test.data?.steps.map(({ step, ok, detail }) => (
            <li key={step}>
              <StateDot tone={ok ? 'ok' : 'bad'}>
                {isStep(step) ? t(`step.${step}.${ok ? 'ok' : 'bad'}`) : step}
              </StateDot>
              <span className="block break-all pl-5 font-mono text-12 text-text-2">{detail}</span>
            </li>
          ))}
        </ul>
      </form>
    </Dialog>
  );
}
