'use client';

import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { IdentityProvider, ProviderKind } from '#server/contract/identity-provider.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PolicyCard } from './policy-card.tsx';
import { ProviderDelete } from './provider-delete.tsx';
import { ProviderDialog } from './provider-dialog.tsx';
import { ProviderTest } from './provider-test.tsx';

type Open =
  | { type: 'new'; kind: ProviderKind }
  | { type: 'edit' | 'test' | 'delete'; provider: IdentityProvider }
  | null;

/** How people sign in: who must have a second factor, OpenID providers and directories. */
export function SignInSettings() {
  const t = useTranslations('signInSettings');
  const trpc = useTRPC();
  const providers = useQuery(trpc.identityProvider.list.queryOptions({}));
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const items = providers.data?.items ?? [];
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} />
      <div className="flex max-w-3xl flex-col gap-4">
        <PolicyCard />
        <Card title={t('providers')}>
          <div className="flex flex-col gap-4">
            <ProblemNotice error={providers.error} />
            {providers.data && items.length === 0 ? (
              <EmptyState icon={KeyRound} title={t('empty')} detail={t('emptyDetail')} />
            ) : null}
            <ul className="divide-y divide-line">
              {items.map((provider) => (
                <li key={provider.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2 first:pt-0">
                  <span className="min-w-0 grow basis-52">
                    <span className="flex items-center gap-2">
                      <span className="truncate font-medium">{provider.name}</span>
                      <Badge>{t(`kind.${provider.kind}`)}</Badge>
                      {provider.enabled ? null : <Badge>{t('off')}</Badge>}
                    </span>
                    <span className="block truncate font-mono text-12 text-text-3">
                      {provider.kind === 'oidc' ? provider.config.issuer : provider.config.url}
                    </span>
                  </span>
                  <Button size="small" onClick={() => setOpen({ type: 'test', provider })}>
                    {t('test.open')}
                  </Button>
                  <Button size="small" onClick={() => setOpen({ type: 'edit', provider })}>
                    {t('edit')}
                  </Button>
                  <Button size="small" onClick={() => setOpen({ type: 'delete', provider })}>
                    {t('delete.open')}
                  </Button>
                </li>
              ))}
            </ul>
            <div className="flex flex-wrap gap-2">
              <Button onClick={() => setOpen({ type: 'new', kind: 'oidc' })}>{t('addOidc')}</Button>
              <Button onClick={() => setOpen({ type: 'new', kind: 'ldap' })}>{t('addLdap')}</Button>
            </div>
            {providers.data ? (
              <div className="flex flex-col gap-1.5">
                <p className="text-12 text-text-2">{t('redirectUri')}</p>
                <CodeSnippet code={providers.data.redirectUri} label={t('redirectUriLabel')} />
              </div>
            ) : null}
          </div>
        </Card>
      </div>
      {open?.type === 'new' ? <ProviderDialog kind={open.kind} provider={null} onClose={close} /> : null}
      {open?.type === 'edit' ? (
        <ProviderDialog kind={open.provider.kind} provider={open.provider} onClose={close} />
      ) : null}
      {open?.type === 'test' ? <ProviderTest provider={open.provider} onClose={close} /> : null}
      {open?.type === 'delete' ? <ProviderDelete provider={open.provider} onClose={close} /> : null}
    </>
  );
}
