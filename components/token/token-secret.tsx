'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import type { Token } from '#server/contract/identity.ts';
import { paths } from '../lib/paths.ts';
import { useOrigin } from '../lib/use-origin.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { useProject } from '../shell/use-project.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { examplePath } from './token-scopes.ts';

/** The secret of a new token, once, with a request to try it. The browser asks before the page is left by accident. */
export function TokenSecret({ token, secret }: { token: Token; secret: string }) {
  const t = useTranslations('token.secret');
  const origin = useOrigin();
  const current = useProject();
  const path = examplePath(token.scopes, token.projectId ?? current?.slug ?? 'PROJECT');
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
  return (
    <>
      <PageHeader title={t('title', { name: token.name })} detail={t('once')} />
      <div className="flex max-w-3xl flex-col gap-4">
        <Card title={t('secret')}>
          <CodeSnippet code={secret} label={t('secret')} />
          <p className="mt-2 text-text-2">{t('keep')}</p>
        </Card>
        {path ? (
          <Card title={t('try')}>
            <CodeSnippet
              code={`curl -H "Authorization: Bearer ${secret}" \\\n  "${origin}/api/v1${path}"`}
              label={t('command')}
            />
          </Card>
        ) : null}
        <div className="flex gap-2">
          <Link href={paths.tokens()} className={buttonStyle('primary')}>
            {t('done')}
          </Link>
          <Link href={paths.apiDocs()} className={buttonStyle()}>
            {t('docs')}
          </Link>
        </div>
      </div>
    </>
  );
}
