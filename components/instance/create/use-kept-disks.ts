'use client';

import { useQuery } from '@tanstack/react-query';
import type { Volume } from '#server/contract/volume.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { longestPage } from '../create-params.ts';

/** Disks of the project that a new VM can boot from: kept, whole, and on no instance. */
export function useKeptDisks(project: string): Volume[] {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.volume.list.queryOptions({ project, limit: longestPage }));
  return (data?.items ?? []).filter(
    ({ kind, bootable, state, instance }) => kind === 'disk' && bootable && state === 'ready' && instance === null,
  );
}
