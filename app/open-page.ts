import type { QueryClient } from '@tanstack/react-query';
import { type DehydratedState, dehydrate } from '@tanstack/react-query';
import { createTRPCClient, unstable_localLink as localLink } from '@trpc/client';
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { directionLink } from '#components/lib/direction-link.ts';
import { paths } from '#components/lib/paths.ts';
import { createQueryClient } from '#components/lib/query-client.ts';
import type { AppRouter } from '#server/api/app-router.ts';
import { webDoor } from '#server/main/door.ts';

export interface OpenPage {
  trpc: TRPCOptionsProxy<AppRouter>;
  queryClient: QueryClient;
  signedIn: boolean;
  /** What was prefetched, for `<HydrationBoundary state>`. */
  state(): DehydratedState;
}

/** The procedures of the server as query options, and a query client, for this one request. */
export const openRequest = cache(async (): Promise<OpenPage> => {
  const { router, ctx, signedIn } = await webDoor().prefetch(new Headers(await headers()));
  const queryClient = createQueryClient();
  const client = createTRPCClient<AppRouter>({
    links: [directionLink, localLink({ router, createContext: async () => ctx })],
  });
  const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
  return { trpc, queryClient, signedIn, state: () => dehydrate(queryClient) };
});

/** As {@link openRequest}, for pages of the console: who is not signed in is sent to sign in and comes back to `path`. */
export async function openPage(path: string): Promise<OpenPage> {
  const page = await openRequest();
  if (!page.signedIn) redirect(paths.signIn(path));
  return page;
}
