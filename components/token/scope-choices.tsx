'use client';

import { useTranslations } from 'next-intl';
import type { TokenScope } from '#server/contract/permissions.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { scopeGroups } from './token-scopes.ts';

type OneScope = Exclude<TokenScope, 'all'>;

export interface ScopeChoicesProps {
  scopes: readonly OneScope[];
  value: readonly TokenScope[];
  onChange: (value: TokenScope[]) => void;
}

const nouns = [
  'project',
  'member',
  'quota',
  'usage',
  'instance',
  'image',
  'volume',
  'operation',
  'event',
  'host',
  'pool',
  'flavor',
  'user',
  'role',
  'identity',
  'price',
  'system',
  'audit',
  'self',
] as const;

/** Scopes one by one, under the nouns that they are about, each with what it allows. */
export function ScopeChoices({ scopes, value, onChange }: ScopeChoicesProps) {
  const t = useTranslations('token');
  const set = (scope: TokenScope, on: boolean) =>
    onChange(on ? [...value, scope] : value.filter((each) => each !== scope));
  return (
    <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
      {scopeGroups(scopes).map(({ noun, scopes: members }) => (
        <fieldset key={noun} className="min-w-0">
          <legend className="mb-1.5 text-12 text-text-3">
            {t(`noun.${nouns.find((known) => known === noun) ?? 'self'}`)}
          </legend>
          <div className="flex flex-col gap-2">
            {members.map((scope) => (
              <Checkbox
                key={scope}
                checked={value.includes(scope)}
                onChange={(on) => set(scope, on)}
                label={<span className="font-mono text-12">{scope}</span>}
                hint={t(`scope.${scope}`)}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}
