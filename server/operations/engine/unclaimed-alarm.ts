import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent, wasToldOfOperation } from '#server/db/event-store.ts';
import { listUnclaimable, type Unclaimed } from '#server/db/operation-lease-store.ts';
import type { Log } from '#server/platform/log.ts';
import type { TimedJob } from './alarm-clock.ts';

/** In a rolling upgrade the other half of the workers takes what is theirs within seconds. */
const patienceSeconds = 120;

interface UnclaimedParts {
  db: Db;
  log: Log;
  /** `kind version` of every workflow that this worker has. */
  workflows: readonly string[];
}

export const unclaimedMessage = ({ kind, workflowVersion, target }: Unclaimed): string =>
  `“${kind}” of ${target.name} waits for a worker that knows version ${workflowVersion} of it; none has come.`;

/**
 * An operation of a workflow version that no worker has, as after going back to an older Atoll, is left alone and would wait in silence:
 * it raises an alarm, once (reliability.md F24, I7). What it holds stays held.
 */
export const unclaimedAlarm = (parts: UnclaimedParts): TimedJob => ({
  name: 'unclaimed-alarm',
  cron: '* * * * *',
  run: () => tellOfUnclaimed(parts),
});

/** One round of {@link unclaimedAlarm}. */
export async function tellOfUnclaimed({ db, log, workflows }: UnclaimedParts): Promise<void> {
  for (const operation of await listUnclaimable(db, { workflows, dueSeconds: patienceSeconds })) {
    const { id, projectId, kind, workflowVersion, target } = operation;
    const type = 'operation.unclaimed';
    await inTx(db, async (tx) => {
      if (await wasToldOfOperation(tx, type, id)) return;
      log.error({ operationId: id, kind, workflowVersion }, 'no worker knows the workflow of an operation');
      const message = unclaimedMessage(operation);
      const params = { operation: id, kind, version: workflowVersion };
      await appendEvent(tx, { projectId, type, target, severity: 'error', message, params });
    });
  }
}
