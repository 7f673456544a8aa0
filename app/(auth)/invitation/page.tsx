import { connection } from 'next/server';
import { getTranslations } from 'next-intl/server';
import { InvitationForm } from '#components/invitation/invitation-form.tsx';

export const generateMetadata = async () => ({
  title: (await getTranslations('invitation.page'))('pageTitle'),
  referrer: 'no-referrer' as const,
});

export default async function InvitationPage() {
  // Rendered per request: a prerendered page could carry no nonce.
  await connection();
  return <InvitationForm />;
}
