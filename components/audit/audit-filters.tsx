'use client';

import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { SearchBox } from '../table/search-box.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import type { AuditAsked } from './audit-list-query.ts';

/** Kinds of things that most is done with; anything else is found by its text. */
const kinds = [
  'auth',
  'signIn',
  'secondFactor',
  'passkey',
  'identityProvider',
  'user',
  'token',
  'project',
  'member',
  'invitation',
  'role',
  'quota',
  'quotaRequest',
  'instance',
  'volume',
  'image',
  'host',
  'hostPool',
  'flavor',
  'price',
] as const;

export interface AuditFiltersProps {
  asked: AuditAsked;
  onAsk: (change: Partial<AuditAsked>) => void;
}

/** What narrows an audit: text, kind, outcome and days. */
export function AuditFilters({ asked, onAsk }: AuditFiltersProps) {
  const t = useTranslations('audit');
  const id = useId();
  const all = 'all';
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchBox label={t('search')} value={asked.search} onChange={(search) => onAsk({ search })} />
      <Select
        aria-label={t('kind')}
        className="w-44! shrink-0"
        value={kinds.find((kind) => kind === asked.action) ?? all}
        onChange={(kind) => onAsk({ action: kind === all ? null : kind })}
        options={[
          { value: all, label: t('kindAll') },
          ...kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) })),
        ]}
      />
      <Select
        aria-label={t('outcomeLabel')}
        className="w-36! shrink-0"
        value={asked.outcome ?? all}
        onChange={(outcome) => onAsk({ outcome: outcome === all ? null : outcome })}
        options={[
          { value: all, label: t('outcome.all') },
          { value: 'done', label: t('outcome.done') },
          { value: 'refused', label: t('outcome.refused') },
        ]}
      />
      <span className="flex min-w-0 flex-wrap items-center gap-2">
        {(['from', 'to'] as const).map((end) => (
          <span key={end} className="flex items-center gap-1.5">
            <label htmlFor={`${id}-${end}`} className="text-12 text-text-2">
              {t(`day.${end}`)}
            </label>
            <TextInput
              id={`${id}-${end}`}
              type="date"
              className="w-32! sm:w-36!"
              value={asked[end] ?? ''}
              onChange={(event) => onAsk({ [end]: event.target.value || null })}
            />
          </span>
        ))}
      </span>
    </search>
  );
}
