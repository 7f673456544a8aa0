import { HydrationBoundary } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { InstanceFrame } from '#components/instance/instance-frame.tsx';
import { openRequest } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; instance: string }>;
  children: ReactNode;
}

export default async function InstanceLayout({ params, children }: Props) {
  const ref = await params;
  const { trpc, queryClient, signedIn, state } = await openRequest();
  if (!signedIn) return children;
  await Promise.all([
    queryClient.prefetchQuery(trpc.instance.get.queryOptions(ref)),
    queryClient.prefetchQuery(trpc.operation.list.queryOptions({ target: ref.instance, limit: 1 })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <InstanceFrame {...ref}>{children}</InstanceFrame>
    </HydrationBoundary>
  );
}
