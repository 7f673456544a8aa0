'use client';

import { useMessages, useTranslations } from 'next-intl';
import { useCallback } from 'react';

interface ToldEvent {
  type: string;
  message: string;
  params: Record<string, string | number>;
  target: { name: string };
}

/** What an event says in the person's language, by its type; one without a translation keeps the server's sentence. */
export function useEventText(): (event: ToldEvent) => string {
  const t = useTranslations('eventType');
  const known = useMessages().eventType;
  return useCallback(
    ({ type, message, params, target }) => {
      const isKnown = (key: string): key is Extract<keyof typeof known, string> => Object.hasOwn(known, key);
      const key = type.replaceAll('.', '_');
      return isKnown(key) ? t(key, { name: target.name, ...params }) : message;
    },
    [t, known],
  );
}
