import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { SignInForm } from '#components/auth/sign-in-form.tsx';
import { safeNext } from '#components/lib/paths.ts';
import { openRequest } from '../../open-page.ts';

interface Props {
  searchParams: Promise<{ next?: string | string[] }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('auth'))('signIn') });

export default async function SignInPage({ searchParams }: Props) {
  const { next } = await searchParams;
  const target = safeNext(typeof next === 'string' ? next : null);
  const { signedIn } = await openRequest();
  if (signedIn) redirect(target);
  return <SignInForm next={target} />;
}
