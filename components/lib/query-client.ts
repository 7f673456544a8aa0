import { QueryClient } from '@tanstack/react-query';
import { problemOf } from './problem.ts';

/** Live events keep the cache fresh, so a mounted query asks again only when it is older than this. */
const staleAfterMs = 30_000;

/** Refusals do not become better by asking again; only a server that is away or busy is asked twice more. */
const worthRetry = (failures: number, error: unknown): boolean => failures < 2 && problemOf(error).status >= 502;

/** A query client for one browser tab, or for one request on the server. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: { queries: { staleTime: staleAfterMs, retry: worthRetry }, mutations: { retry: false } },
  });
