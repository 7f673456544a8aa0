import { HydrationBoundary } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { LiveEvents } from '#components/lib/live-events.tsx';
import { AppShell } from '#components/shell/app-shell.tsx';
import { openRequest } from '../open-page.ts';

/** The console: the frame around every page, and one event stream for all of them. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { trpc, queryClient, signedIn, state } = await openRequest();
  // The page redirects: it knows where to come back to.
  if (!signedIn) return children;
  await Promise.all([
    queryClient.prefetchQuery(trpc.auth.me.queryOptions({})),
    queryClient.prefetchQuery(trpc.notification.unread.queryOptions({})),
    queryClient.prefetchQuery(trpc.operation.list.queryOptions({ done: false, limit: 50 })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <LiveEvents>
        <AppShell>{children}</AppShell>
      </LiveEvents>
    </HydrationBoundary>
  );
}
