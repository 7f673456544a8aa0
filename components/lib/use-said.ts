'use client';

import { useLocale, useMessages, useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { matchSentence } from './match-sentence.ts';

/** What the server said, in the person's language where the sentence is known, else as it was said. */
export function useSaid(): (text: string) => string {
  const locale = useLocale();
  const t = useTranslations('said');
  const steps: Record<string, string | undefined> = useMessages().operation.step;
  const resources: Record<string, string | undefined> = useMessages().quota;
  return useCallback(
    (text) => {
      const list = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });
      const stepIn = (quoted: string): string => {
        const name = quoted.replaceAll(/[“”]/g, '');
        return steps[name.replaceAll(' ', '-')] ?? name;
      };
      const told: Record<string, (value: string) => string> = {
        reason: (value) => tell(value),
        clauses: (value) => list.format(value.split('; ').map(tell)),
        items: (value) => list.format(value.split(', ').map(tell)),
        steps: (value) => list.format(value.split(', ').map(stepIn)),
        resource: (value) => resources[value] ?? value,
      };
      function tell(sentence: string): string {
        const matched = matchSentence(sentence);
        if (!matched) return sentence;
        const values = Object.entries(matched.values).map(([name, value]) => [name, told[name]?.(value) ?? value]);
        return t(matched.key, Object.fromEntries(values) as Record<string, string>);
      }
      return locale === 'en' ? text : tell(text);
    },
    [locale, t, steps, resources],
  );
}
