'use client';

import { useTranslations } from 'next-intl';
import type { TokenScope } from '#server/contract/permissions.ts';

/** Scopes with what each allows. */
export function ScopeList({ scopes }: { scopes: readonly TokenScope[] }) {
  const t = useTranslations('token');
  return (
    <ul className="flex flex-col gap-2">
      {scopes.map((scope) => (
        <li key={scope}>
          <span className="font-mono text-12">{scope}</span>
          <span className="block text-12 text-text-2">{t(`scope.${scope}`)}</span>
        </li>
      ))}
    </ul>
  );
}
