'use client';

import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Change } from '#server/contract/event.ts';
import { isChange, liveTopics, patchCache } from './patch-cache.ts';

type Listener = (change: Change) => void;

interface Live {
  /** When the stream fell silent (ms since epoch), null while it is alive. */
  staleSince: number | null;
  listeners: Set<Listener>;
}

const LiveContext = createContext<Live>({ staleSince: null, listeners: new Set() });

export const useStaleSince = (): number | null => useContext(LiveContext).staleSince;

/** Calls `listener` with every change as it arrives, after the cache has been patched. */
export function useLiveChange(listener: Listener): void {
  const { listeners } = useContext(LiveContext);
  const call = useEffectEvent(listener);
  useEffect(() => {
    const each: Listener = (change) => call(change);
    listeners.add(each);
    return () => {
      listeners.delete(each);
    };
  }, [listeners]);
}

/** After this much silence the page says that it may be stale. */
const silenceMs = 15_000;
/** Lists are asked again at most this often, however many changes arrive. */
const gatherMs = 250;
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * Keeps the query cache true by one event stream: changes are put in by id and version, lists are asked again a moment
 * later. EventSource resumes by itself with Last-Event-ID; where the server refuses that (410: the events are no longer
 * kept) the stream is opened afresh and everything is asked again.
 */
export function LiveEvents({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [staleSince, setStaleSince] = useState<number | null>(null);
  const listeners = useRef(new Set<Listener>()).current;

  useEffect(() => {
    let source: EventSource | null = null;
    let lastHeard = Date.now();
    // Silence tells of a lost connection only once the server was heard to beat, or after the connection broke.
    let expectsBeat = false;
    let broken = false;
    let retryMs = firstRetryMs;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let gather: ReturnType<typeof setTimeout> | undefined;
    const again = new Map<string, QueryKey>();

    const heard = () => {
      lastHeard = Date.now();
      broken = false;
      setStaleSince(null);
    };
    const flush = () => {
      gather = undefined;
      const keys = [...again.values()];
      again.clear();
      for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey, exact: true });
    };
    const onChange = (event: MessageEvent<string>) => {
      heard();
      const change: unknown = JSON.parse(event.data);
      if (!isChange(change)) return;
      for (const key of patchCache(queryClient, change)) again.set(JSON.stringify(key), key);
      for (const listener of listeners) listener(change);
      gather ??= setTimeout(flush, gatherMs);
    };
    const onError = () => {
      if (!broken) lastHeard = Date.now();
      broken = true;
      // CONNECTING: the browser is already trying again. CLOSED: refused (410, 401, 5xx), so open afresh.
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, retryMs);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    };
    const connect = () => {
      // What changed between the reading of the page's data and the opening of a stream is in no event: ask once more.
      // When the browser reconnects by itself it resumes with Last-Event-ID, and nothing is missing.
      let fresh = true;
      source = new EventSource('/api/v1/events');
      for (const topic of liveTopics) source.addEventListener(topic, onChange);
      source.addEventListener('ping', () => {
        expectsBeat = true;
        heard();
      });
      source.addEventListener('open', () => {
        heard();
        retryMs = firstRetryMs;
        if (fresh) void queryClient.invalidateQueries();
        fresh = false;
      });
      source.addEventListener('error', onError);
    };
    connect();
    const watch = setInterval(() => {
      if ((expectsBeat || broken) && Date.now() - lastHeard > silenceMs) setStaleSince(lastHeard);
    }, 1_000);
    return () => {
      source?.close();
      clearTimeout(retry);
      clearTimeout(gather);
      clearInterval(watch);
    };
  }, [queryClient, listeners]);

  return <LiveContext value={{ staleSince, listeners }}>{children}</LiveContext>;
}
