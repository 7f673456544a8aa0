'use client';

import { useSuspenseQuery } from '@tanstack/react-query';
import type { Me } from '#server/contract/identity.ts';
import type { SystemPermission } from '#server/contract/permissions.ts';
import { useTRPC } from './trpc-client.ts';

/** Who is signed in. The console's layout prefetches it, so it is there at once. */
export function useMe(): Me {
  const trpc = useTRPC();
  return useSuspenseQuery(trpc.auth.me.queryOptions({}, { staleTime: 300_000 })).data;
}

/** Whether the person holds a permission over the whole cloud. What they may not do is not shown at all. */
export const useMayInSystem = (permission: SystemPermission): boolean => useMe().systemPermissions.includes(permission);
