import { isDone } from '#server/contract/operation-state.ts';
import type { Db } from '#server/db/client.ts';
import { claimOperation } from '#server/db/operation-lease-store.ts';
import { getOperation, type OperationDetailRow } from '#server/db/operation-store.ts';
import type { Engine } from '#server/operations/engine/engine.ts';
import { Lease } from '#server/operations/engine/lease.ts';
import { runOperation } from '#server/operations/engine/run-operation.ts';
import { monotonicMs } from '#server/platform/clock.ts';

/** The operation with its steps, whoever may see it. */
export const readOperation = (db: Db, id: string): Promise<OperationDetailRow> =>
  getOperation(db, { id, scope: 'every-project', includeSystem: true });

/** Lets time pass for an operation: its lease, if somebody died with it, is over, and it is due. */
export async function letTimePass(db: Db, id: string): Promise<void> {
  const past = new Date(0);
  await db.operation.updateMany({ where: { id }, data: { runAfter: past } });
  await db.operation.updateMany({ where: { id, leaseUntil: { not: null } }, data: { leaseUntil: past } });
}

/** Claims what is due and runs it to the end of that run, with no timers: one runner's turn. False when nothing was due. */
export async function takeTurn<Tools>(
  engine: Engine<Tools>,
  options: { owner?: string; onClaim?: (lease: Lease) => void } = {},
): Promise<boolean> {
  const askedAt = monotonicMs();
  const { leaseMs, perHost } = engine.settings;
  const owner = options.owner ?? 'harness';
  const operation = await claimOperation(engine.db, { owner, leaseMs, perHost, workflows: engine.workflows.names });
  if (!operation) return false;
  const lease = new Lease({ id: operation.id, fence: operation.fence }, askedAt, engine.settings);
  options.onClaim?.(lease);
  await runOperation(engine, operation, lease, new AbortController().signal);
  return true;
}

/** Lets fresh runners take turns, time passing in between, until the operation is over or `maxTurns` are used up. */
export async function driveOperation<Tools>(
  engine: Engine<Tools>,
  id: string,
  options: { maxTurns?: number; onClaim?: (lease: Lease) => void } = {},
): Promise<OperationDetailRow> {
  for (let turn = 1; turn <= (options.maxTurns ?? 15); turn++) {
    await takeTurn(engine, { owner: `harness-${turn}`, onClaim: options.onClaim });
    const operation = await readOperation(engine.db, id);
    if (isDone(operation.state)) return operation;
    await letTimePass(engine.db, id);
  }
  return readOperation(engine.db, id);
}
