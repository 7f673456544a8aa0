import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale } from 'next-intl/server';
import type { ReactNode } from 'react';
import { DataProvider } from '#components/lib/data-provider.tsx';
import { readPreferences } from '#components/lib/preferences.ts';
import { PreferencesProvider } from '#components/lib/preferences-provider.tsx';
import { ToastProvider } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';

export const metadata: Metadata = { title: { default: 'Atoll', template: '%s · Atoll' }, robots: 'noindex' };
export const viewport: Viewport = { colorScheme: 'light dark', width: 'device-width', initialScale: 1 };

/** The document: language, theme and density come from cookies, so the first paint is already right. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const preferences = readPreferences((name) => jar.get(name)?.value);
  return (
    <html lang={await getLocale()} data-theme={preferences.theme} data-density={preferences.density}>
      <body>
        <NextIntlClientProvider>
          <DataProvider>
            <PreferencesProvider initial={preferences}>
              <TooltipProvider>
                <ToastProvider>{children}</ToastProvider>
              </TooltipProvider>
            </PreferencesProvider>
          </DataProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
