'use client';

import { useMessages, useTranslations } from 'next-intl';
import { useCallback } from 'react';
import type { AuditRecord } from '#server/contract/audit.ts';

type Told = Pick<AuditRecord, 'action' | 'target' | 'detail'>;

const shortened = (id: string): string => (id.length > 13 ? `${id.slice(0, 8)}…` : id);

/** What a record was about, by its name at the time or else the beginning of its id. */
export function objectOf({ target, detail }: Told): string {
  const words = [target?.name, detail.name, detail.slug, detail.email];
  const name = words.find((word): word is string => typeof word === 'string' && word !== '');
  return name ?? (target ? shortened(target.id) : '');
}

/** What was done, as a sentence in the person's language by its action; an action without a translation is told by its name. */
export function useAuditText(): (record: Told) => string {
  const t = useTranslations('auditAction');
  const known = useMessages().auditAction;
  return useCallback(
    (record) => {
      const isKnown = (key: string): key is Extract<keyof typeof known, string> => Object.hasOwn(known, key);
      const key = record.action.replaceAll('.', '_');
      const name = objectOf(record);
      return isKnown(key) ? t(key, { name }).trim() : `${record.action} ${name}`.trim();
    },
    [t, known],
  );
}
