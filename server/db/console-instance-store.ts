import type { InstanceKind, InstanceState } from '#server/contract/instance-state.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { instanceStateSql } from './instance-row.ts';

/** What a worker must know of an instance to open its console. */
export interface ConsoleInstance {
  id: string;
  kind: InstanceKind;
  projectId: string;
  /** The project that its mark on the host names. */
  markedProjectId: string;
  generation: number;
  hostId: string | null;
  state: InstanceState;
}

/** Those of these instances that are there. */
export async function listConsoleInstances(db: DbOrTx, ids: readonly string[]): Promise<ConsoleInstance[]> {
  if (ids.length === 0) return [];
  return db.$queryRaw<ConsoleInstance[]>(Prisma.sql`
    SELECT i.id, i.kind, i.project_id AS "projectId", coalesce(i.marked_project_id, i.project_id) AS "markedProjectId",
      i.generation, i.host_id AS "hostId", ${instanceStateSql} AS state
    FROM instance i LEFT JOIN host h ON h.id = i.host_id WHERE i.id = ANY(${[...new Set(ids)]}::uuid[])`);
}
