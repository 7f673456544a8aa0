import { connection } from 'next/server';
import { getTranslations } from 'next-intl/server';
import { OidcCallback } from '#components/auth/oidc-callback.tsx';

export const generateMetadata = async () => ({
  title: (await getTranslations('auth.callback'))('title'),
  referrer: 'no-referrer' as const,
});

export default async function OidcCallbackPage() {
  // Rendered per request: a prerendered page could carry no nonce.
  await connection();
  return <OidcCallback />;
}
