import { describe, expect, it } from 'vitest';
import { localeOf, readPreferences } from './preferences.ts';
import { preferencesSchema } from './preferences-schema.ts';

describe('the language of a request', () => {
  it.each([
    [null, 'en'],
    ['', 'en'],
    ['fr, de;q=0.8', 'en'],
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['en;q=0.5, zh-Hans;q=0.9', 'zh-CN'],
    ['fr, en;q=0.7, zh;q=0.3', 'en'],
    ['zh;q=0, en', 'en'],
  ])('%j is %s', (header, locale) => {
    expect(localeOf(header)).toBe(locale);
  });
});

it('takes nothing from a cookie that is not among the choices', () => {
  const hostile: Record<string, string> = {
    'atoll-theme': '"><script>',
    'atoll-project': '../x',
    'atoll-density': 'dense',
  };
  expect(readPreferences((name) => hostile[name])).toEqual({
    theme: 'system',
    density: 'dense',
    locale: null,
    rail: 'wide',
    project: null,
  });
});

it('keeps only known preferences', () => {
  expect(preferencesSchema.safeParse({ theme: 'dark' }).success).toBe(true);
  expect(preferencesSchema.safeParse({ role: 'admin' }).success).toBe(false);
});
