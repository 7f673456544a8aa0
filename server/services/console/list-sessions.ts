import type { ConsoleSession } from '#server/contract/console.ts';
import { type ConsoleSessionRow, listConsoleSessions } from '#server/db/console-session-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';

const sessionView = (row: ConsoleSessionRow): ConsoleSession => ({
  id: row.id,
  kind: row.kind,
  projectId: row.projectId,
  instance: { id: row.instanceId, name: row.instanceName },
  user: { id: row.userId, name: row.userName },
  ip: row.ip,
  viewOnly: row.viewOnly,
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
  endReason: row.endReason,
  bytesIn: row.bytesIn,
  bytesOut: row.bytesOut,
  recorded: row.recorded,
});

/** Who opened consoles of an instance, newest first. Throws `not_found`. */
export async function listInstanceConsoleSessions(ctx: ProjectContext, input: ListInput & { instance: string }) {
  const ref = { projectId: ctx.project.id, id: input.instance };
  await getInstance(ctx.app.db, ref);
  return pageOfList(
    ctx,
    ['console-sessions', ref.projectId, ref.id],
    input,
    (page) => listConsoleSessions(ctx.app.db, { projectId: ref.projectId, instanceId: ref.id }, page),
    sessionView,
  );
}
