import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import en from '#messages/en.json';
import zhCN from '#messages/zh-CN.json';
import { type Locale, localeOf, readPreferences } from './preferences.ts';

const messages: Record<Locale, typeof en> = { en, 'zh-CN': zhCN };

declare module 'next-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
  }
}

/** The language of a request: the person's choice, else what the browser asks for. It is never part of the address. */
export default getRequestConfig(async () => {
  const jar = await cookies();
  const chosen = readPreferences((name) => jar.get(name)?.value).locale;
  const locale = chosen ?? localeOf((await headers()).get('accept-language'));
  return { locale, messages: messages[locale], timeZone: 'UTC' };
});
