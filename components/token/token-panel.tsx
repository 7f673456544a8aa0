'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { Token } from '#server/contract/identity.ts';
import { formatAbsolute } from '../lib/format.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { ScopeList } from './scope-list.tsx';
import { TokenState } from './token-state.tsx';

/** A token beside the list: its times and all that it may do. */
export function TokenPanel({ token }: { token: Token }) {
  const t = useTranslations('token');
  const locale = useLocale();
  const projectName = useProjectName();
  const time = (at: string | null) => (at ? <time dateTime={at}>{formatAbsolute(at, locale)}</time> : t('never'));
  const mono = (text: string) => <span className="break-words font-mono text-12">{text}</span>;
  return (
    <div className="flex flex-col gap-5">
      <TokenState token={token} />
      <FactList
        facts={[
          { label: t('column.prefix'), value: <span className="font-mono text-12">{token.prefix}…</span> },
          {
            label: t('column.project'),
            value: token.projectId ? projectName(token.projectId) : t('everyProject'),
          },
          { label: t('column.created'), value: time(token.createdAt) },
          { label: t('column.used'), value: time(token.lastUsedAt) },
          ...(token.lastUsedIp ? [{ label: t('column.usedFrom'), value: mono(token.lastUsedIp) }] : []),
          {
            label: t('column.allowedIps'),
            value: token.allowedIps.length > 0 ? mono(token.allowedIps.join(', ')) : t('anywhere'),
          },
          { label: t('column.expires'), value: time(token.expiresAt) },
          ...(token.revokedAt ? [{ label: t('column.revoked'), value: time(token.revokedAt) }] : []),
          { label: t('column.id'), value: <CopyId value={token.id} label={t('column.id')} /> },
        ]}
      />
      <section className="flex flex-col gap-2 border-line border-t pt-4">
        <h3 className="font-semibold">{t('column.may')}</h3>
        <ScopeList scopes={token.scopes} />
      </section>
    </div>
  );
}
