import type { TRPCLink } from '@trpc/client';
import type { AppRouter } from '#server/api/app-router.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Takes `direction` out of requests: tRPC adds it to every page of an infinite query, and Atoll's lists, which only go
 * forward, refuse fields that they do not know.
 */
export const directionLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    if (!isRecord(op.input) || !('direction' in op.input)) return next(op);
    const { direction: _, ...input } = op.input;
    return next({ ...op, input });
  };
