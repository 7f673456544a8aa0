import type { TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/api/app-router.ts';

type Procedures = TRPCOptionsProxy<AppRouter>;

/** What the overview reads; page and component ask alike, so that what was prefetched is found. */
export const overviewQueries = {
  hosts: (trpc: Procedures) => trpc.host.list.queryOptions({ limit: 200 }),
  images: (trpc: Procedures, project: string) => trpc.image.list.queryOptions({ project, state: 'ready', limit: 1 }),
  instances: (trpc: Procedures, project: string) =>
    trpc.instance.list.queryOptions({ project, sort: '-createdAt', limit: 6 }),
  project: (trpc: Procedures, project: string) => trpc.project.get.queryOptions({ project }),
  requests: (trpc: Procedures) => trpc.quotaRequest.listAll.queryOptions({ state: 'pending', limit: 200 }),
  running: (trpc: Procedures) => trpc.operation.list.queryOptions({ done: false, limit: 50 }),
  events: (trpc: Procedures) => trpc.event.list.queryOptions({ limit: 8 }),
};
