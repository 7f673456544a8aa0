'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { paths } from '../lib/paths.ts';
import { Card } from '../ui/card.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';

const rules = ['changes', 'work', 'lists', 'versions', 'errors', 'events', 'limits'] as const;

/** What holds for every request. */
export function ApiBasics({ baseUrl }: { baseUrl: string }) {
  const t = useTranslations('apiDocs');
  return (
    <div id="basics">
      <Card title={t('basics')}>
        <div className="flex flex-col gap-4">
          <CodeSnippet code={`curl -H "Authorization: Bearer $TOKEN" '${baseUrl}/me'`} label={t('command')} />
          <p className="text-text-2">
            {t.rich('token', {
              link: (chunks) => (
                <Link href={paths.tokens()} className="text-lagoon underline">
                  {chunks}
                </Link>
              ),
            })}
          </p>
          <dl className="grid gap-x-6 gap-y-2.5 sm:grid-cols-[140px_1fr]">
            {rules.map((rule) => (
              <div key={rule} className="contents">
                <dt className="font-medium">{t(`rule.${rule}.name`)}</dt>
                <dd className="text-text-2">
                  {t.rich(`rule.${rule}.text`, {
                    c: (chunks) => <code className="font-mono text-12 text-text-1">{chunks}</code>,
                  })}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      </Card>
    </div>
  );
}
