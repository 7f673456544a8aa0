import { AtollError } from '#server/contract/errors.ts';
import { type InstanceSpecRecord, instanceSpecSchema } from '#server/contract/instance-spec.ts';
import { findInstance, type InstanceRow } from '#server/db/instance-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import type { Driver, InstanceRef } from '#server/drivers/driver.ts';
import { engineOfKind } from '#server/scheduler/snapshot.ts';
import type { AtollContext } from '../workflow-tools.ts';

/** An instance as a step needs it: its row, what it is made of, and the engine that runs it. */
export interface InstanceTarget {
  instance: InstanceRow;
  spec: InstanceSpecRecord;
  hostId: string;
  driver: Driver;
  /** How the driver knows it. */
  ref: InstanceRef;
  /** How the database knows it. */
  row: { id: string; projectId: string };
}

/** A row of the project that an operation belongs to. */
export function inProjectOf(operation: OperationRow, id: string): { id: string; projectId: string } {
  const { projectId } = operation;
  if (projectId === null) throw new AtollError('internal', undefined, { detail: `${operation.id} has no project.` });
  return { id, projectId };
}

/** The instance of an operation, or null when its row is gone. */
export function findOperationInstance(context: AtollContext<{ instanceId: string }>): Promise<InstanceRow | null> {
  return findInstance(context.tools.db, inProjectOf(context.operation, context.input.instanceId));
}

/** @throws AtollError not_found when the instance or its host is gone; DriverError when the host cannot be used now. */
export async function instanceTarget(context: AtollContext<{ instanceId: string }>): Promise<InstanceTarget> {
  const instance = await findOperationInstance(context);
  if (!instance?.host) throw new AtollError('not_found', 'The instance or its host is not there any more.');
  const { id, projectId, markedProjectId, generation, kind } = instance;
  return {
    instance,
    spec: instanceSpecSchema.parse(instance.spec),
    hostId: instance.host.id,
    driver: await context.tools.hosts.driver(instance.host.id, engineOfKind[kind]),
    ref: { id, projectId: markedProjectId, generation },
    row: { id, projectId },
  };
}
