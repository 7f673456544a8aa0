import { HydrationBoundary } from '@tanstack/react-query';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { SignInFlow } from '#components/auth/sign-in-flow.tsx';
import { safeNext } from '#components/lib/paths.ts';
import { openRequest } from '../../open-page.ts';

interface Props {
  searchParams: Promise<{ next?: string | string[] }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('auth'))('signIn') });

export default async function SignInPage({ searchParams }: Props) {
  const { next } = await searchParams;
  const target = safeNext(typeof next === 'string' ? next : null);
  const { signedIn, trpc, queryClient, state } = await openRequest();
  if (signedIn) redirect(target);
  await Promise.all([
    queryClient.prefetchQuery(trpc.signIn.ways.queryOptions({})),
    queryClient.prefetchQuery(trpc.signIn.pending.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <SignInFlow next={target} />
    </HydrationBoundary>
  );
}
