'use client';

import type { useTranslations } from 'next-intl';

import type { core } from 'zod';
import { sentenceKeys } from './contract-sentences.ts';

export type FormTranslator = ReturnType<typeof useTranslations<'form'>>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The translation of one of the contract's own sentences; null for any other text. */
export function translateSentence(t: FormTranslator, sentence: string): string | null {
  const key = sentenceKeys[sentence];
  return key ? t(`sentence.${key}`) : null;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || Number.isNaN(value);

/** What a broken rule of the contract says in the person's language. `value` is what was typed. */
export function issueMessage(t: FormTranslator, issue: core.$ZodIssue, value: unknown): string {
  if (isEmpty(value)) return t('rule.required');
  const own = translateSentence(t, issue.message);
  if (own) return own;
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string'
        ? t('rule.tooShort', { minimum: Number(issue.minimum) })
        : t('rule.tooSmall', { minimum: Number(issue.minimum) });
    case 'too_big':
      return issue.origin === 'string'
        ? t('rule.tooLong', { maximum: Number(issue.maximum) })
        : t('rule.tooBig', { maximum: Number(issue.maximum) });
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int' ? t('rule.number') : t('rule.invalid');
    case 'invalid_format':
      return issue.format === 'email' ? t('rule.email') : issue.format === 'url' ? t('rule.url') : t('rule.invalid');
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return t('rule.invalid');
  }
}

/** The value at a path of what was typed. */
export function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let current = values;
  for (const part of path) {
    if (!isRecord(current)) return undefined;
    current = current[String(part)];
  }
  return current;
}
