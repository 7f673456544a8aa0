import type { HostPool } from '#server/contract/host-pool.ts';
import type { HostPoolRow } from '#server/db/host-pool-store.ts';

/** A pool as admins see it. */
export const hostPoolView = (row: HostPoolRow): HostPool => ({ ...row, createdAt: row.createdAt.toISOString() });
