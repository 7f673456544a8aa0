'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Change } from '#server/contract/event.ts';
import { useLiveChange } from '../lib/live-events.tsx';
import { useTRPC } from '../lib/trpc-client.ts';

/** Histories are asked again at most this often. */
const gatherMs = 1_000;

/** History has no topic of its own in the stream: it is asked again when something changes that `concerns` it. */
export function useFreshEvents(concerns: (change: Change) => boolean): void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveChange((change) => {
    if (timer.current !== undefined || !concerns(change)) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void queryClient.invalidateQueries({ queryKey: trpc.event.list.pathKey() });
    }, gatherMs);
  });
}
