'use client';

import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/api/app-router.ts';
import { directionLink } from './direction-link.ts';
import { stepUpLink } from './step-up-link.ts';

/** `useTRPC()` gives query and mutation options for TanStack Query, typed by the registry of the contract. */
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** The client of the browser; requests of one tick travel together. */
export const createBrowserClient = () =>
  createTRPCClient<AppRouter>({
    links: [directionLink, stepUpLink, httpBatchLink({ url: '/api/trpc', maxURLLength: 4000, maxItems: 10 })],
  });
