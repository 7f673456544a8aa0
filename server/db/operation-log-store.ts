import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import type { OperationView } from './operation-store.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope } from './scope.ts';

export type LogLevel = 'info' | 'warn' | 'error';

export interface OperationLogRow {
  id: string;
  at: Date;
  level: LogLevel;
  step: string | null;
  message: string;
}

/** Adds a line to the log of an operation; whoever writes has masked secrets before. */
export async function appendOperationLog(
  db: DbOrTx,
  line: { operationId: string; level: LogLevel; step: string | null; message: string },
): Promise<void> {
  await db.operationLog.createMany({ data: [line] });
}

const oldestFirst: Order = { by: Prisma.sql`l.id`, id: Prisma.sql`l.id`, byType: 'bigint', idType: 'bigint' };

/** The log of an operation in the order it was written; empty where the caller may not see the operation. */
export async function listOperationLog(
  db: DbOrTx,
  ref: OperationView & { id: string },
  page: PageRequest,
): Promise<Page<OperationLogRow>> {
  const rows = await db.$queryRaw<OperationLogRow[]>(Prisma.sql`
    SELECT l.id::text AS id, l.at, l.level, l.step, l.message
    FROM operation_log l JOIN operation o ON o.id = l.operation_id
    WHERE l.operation_id = ${ref.id}::uuid AND ${inScope(Prisma.sql`o.project_id`, ref.scope, ref.includeSystem)}
      AND ${afterKeyset(oldestFirst, page.after)}
    ${orderAndLimit(oldestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.id, id: row.id }));
}
