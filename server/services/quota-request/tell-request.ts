import type { AtollTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { notify } from '#server/db/notification-store.ts';
import type { QuotaRequestRow } from '#server/db/quota-request-store.ts';
import type { ActorContext } from '../service-context.ts';

/** What happens to a request by somebody's hand. */
export type RequestTold = 'created' | 'cancelled' | 'granted' | 'denied';

const sentences: Record<RequestTold, string> = {
  created: 'Higher limits were asked for.',
  cancelled: 'The request for higher limits was taken back.',
  granted: 'Higher limits were granted.',
  denied: 'The request for higher limits was denied.',
};

/** Puts it into the history of the project, and tells the people named: never the one who did it. */
export async function tellRequest(
  tx: AtollTx,
  ctx: ActorContext,
  told: RequestTold,
  row: QuotaRequestRow,
  readers: readonly string[],
): Promise<void> {
  const actor = { id: ctx.actor.userId, name: ctx.actor.name };
  const target = { type: 'quota-request', id: row.id };
  await appendEvent(tx, {
    projectId: row.projectId,
    type: `quota-request.${told}`,
    target: { ...target, name: row.project.name },
    actor,
    message: sentences[told],
  });
  await notify(
    tx,
    readers.filter((id) => id !== actor.id),
    { type: `quota-request.${told}`, projectId: row.projectId, target, params: { by: actor.name } },
  );
}
