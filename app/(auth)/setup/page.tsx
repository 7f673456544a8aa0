import { connection } from 'next/server';
import { getTranslations } from 'next-intl/server';
import { SetupForm } from '#components/auth/setup-form.tsx';

export const generateMetadata = async () => ({
  title: (await getTranslations('auth.setup'))('title'),
  referrer: 'no-referrer' as const,
});

export default async function SetupPage() {
  // Rendered per request: a prerendered page could carry no nonce.
  await connection();
  return <SetupForm />;
}
