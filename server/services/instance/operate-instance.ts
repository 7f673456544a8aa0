import { AtollError } from '#server/contract/errors.ts';
import type { Instance } from '#server/contract/instance.ts';
import { canInstance, cannotText, type InstanceAction } from '#server/contract/instance-state.ts';
import type { Operation } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import type { AtollTx } from '#server/db/client.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { getInstance, type InstanceRow } from '#server/db/instance-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ProjectContext } from '../service-context.ts';
import { cancelHangingStop } from './cancel-hanging-stop.ts';
import { instanceView } from './instance-view.ts';

export interface InstanceRefInput {
  instance: string;
}

export interface StartedWork {
  instance: Instance;
  operation: Operation;
}

/** The actions that an operation of the same name carries out, with nothing but the instance to say. */
type PowerAction = 'start' | 'reboot' | 'reset' | 'pause' | 'resume';

/** Starts, reboots, resets, pauses or resumes. Throws `not_found`, `state_conflict`, `precondition_failed`. */
export function powerInstance(ctx: ProjectContext, action: PowerAction, input: InstanceRefInput): Promise<StartedWork> {
  return operate(ctx, input, action, `instance.${action}`, { instanceId: input.instance });
}

/**
 * Stops: asks the guest and forces it after `timeoutSeconds`, or forces it at once. A force off ends a stop that hangs.
 * Throws `not_found`, `state_conflict`, `precondition_failed`.
 */
export async function stopInstance(
  ctx: ProjectContext,
  input: InstanceRefInput & { timeoutSeconds: number; force: boolean },
): Promise<StartedWork> {
  const { instance: instanceId, timeoutSeconds, force } = input;
  if (force) await cancelHangingStop(ctx, instanceId);
  return operate(ctx, input, force ? 'forceOff' : 'stop', 'instance.stop', { instanceId, timeoutSeconds, force });
}

/** Deletes, with its disks unless they are to be kept. Throws `not_found`, `state_conflict`, `precondition_failed`. */
export function deleteInstance(
  ctx: ProjectContext,
  input: InstanceRefInput & { keepVolumes: boolean },
): Promise<StartedWork> {
  const { instance: instanceId, keepVolumes } = input;
  return operate(ctx, input, 'delete', 'instance.delete', { instanceId, keepVolumes }, async (tx, row) => {
    await updateInstance(tx, row, { lifecycle: 'deleting' });
  });
}

/** Renames; the host follows. Throws `not_found`, `name_taken`, `state_conflict`, `precondition_failed`. */
export async function renameInstance(
  ctx: ProjectContext,
  input: InstanceRefInput & { name: string },
): Promise<StartedWork> {
  const { instance: instanceId, name } = input;
  const { name: previousName } = await getInstance(ctx.app.db, { projectId: ctx.project.id, id: instanceId });
  const work = { instanceId, name, previousName };
  return operate(ctx, input, 'rename', 'instance.rename', work, async (tx, row) => {
    await updateInstance(tx, row, { name });
  });
}

type InstanceOperationKind = `instance.${PowerAction | 'stop' | 'delete' | 'rename'}`;

async function operate<K extends InstanceOperationKind>(
  ctx: ProjectContext,
  { instance: id }: InstanceRefInput,
  action: InstanceAction,
  kind: K,
  input: OperationInput<K>,
  alsoChange?: (tx: AtollTx, row: InstanceRow) => Promise<void>,
): Promise<StartedWork> {
  const projectId = ctx.project.id;
  const what = { action: `instance.${action}`, projectId, target: { type: 'instance', id } };
  return startWork(ctx, what, async (tx) => {
    const row = await getInstance(tx, { projectId, id });
    requireVersion(row.version, ctx.expectedVersion);
    requirePossible(action, row);
    await alsoChange?.(tx, row);
    const operation = await enqueueOperation(tx, {
      kind,
      projectId,
      target: { type: 'instance', id, name: row.name },
      hostId: row.host?.id ?? null,
      input,
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
    });
    return { instance: instanceView(await getInstance(tx, { projectId, id })), operation: operationView(operation) };
  });
}

function requirePossible(action: InstanceAction, row: InstanceRow): void {
  const can = canInstance(action, row);
  if (can.ok) return;
  const params = { action, reason: can.reason, state: row.state };
  throw new AtollError('state_conflict', cannotText[can.reason], { params });
}
