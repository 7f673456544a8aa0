import { appendAudit } from '#server/db/audit-store.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { notify } from '#server/db/notification-store.ts';
import { endGrant } from '#server/db/quota-grant-store.ts';
import { listExpiredGrants } from '#server/db/quota-request-store.ts';
import type { Log } from '#server/platform/log.ts';
import type { TimedJob } from '../engine/alarm-clock.ts';

/** Ends grants of higher limits that were given until now. What a worker does not come to, the next one does. */
export function quotaGrantJob(db: Db, log: Log): TimedJob {
  return {
    name: 'quota-grant-expiry',
    cron: '* * * * *',
    async run(signal) {
      const ended = await endExpiredGrants(db, log, signal);
      if (ended > 0) log.info({ ended }, 'grants of higher limits ended');
    },
  };
}

/**
 * Ends every grant whose time is over by the database's clock, each in a transaction of its own with its audit record, event and
 * notification. One that fails is logged and tried again the next time. Answers how many ended.
 */
export async function endExpiredGrants(db: Db, log: Log, signal?: AbortSignal): Promise<number> {
  let ended = 0;
  for (const id of await listExpiredGrants(db)) {
    if (signal?.aborted) break;
    try {
      if (await endOne(db, id)) ended++;
    } catch (error) {
      log.error({ err: error, quotaRequest: id }, 'a grant of higher limits could not be ended');
    }
  }
  return ended;
}

async function endOne(db: Db, id: string): Promise<boolean> {
  return inTx(db, async (tx) => {
    const done = await endGrant(tx, { id });
    if (!done) return false;
    const { request, lowered } = done;
    const { projectId, project, requestedBy } = request;
    const target = { type: 'quota-request', id };
    const type = 'quota-request.ended';
    await appendAudit(tx, {
      actor: { id: null, name: null },
      projectId,
      action: 'quotaRequest.end',
      target,
      outcome: 'done',
      detail: { lowered },
    });
    const message = 'A grant of higher limits has ended; the limits went back.';
    await appendEvent(tx, { projectId, type, target: { ...target, name: project.name }, message });
    await notify(tx, requestedBy ? [requestedBy.id] : [], { type, projectId, target });
    return true;
  });
}
