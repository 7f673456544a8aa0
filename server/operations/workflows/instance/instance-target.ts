import { AtollError } from '#server/contract/errors.ts';
import { type InstanceSpecRecord, instanceSpecSchema } from '#server/contract/instance-spec.ts';
import { findHost, type HostRow } from '#server/db/host-store.ts';
import { findInstance, type InstanceRow } from '#server/db/instance-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import { type Driver, DriverError, type InstanceRef } from '#server/drivers/driver.ts';
import { engineOfKind } from '#server/scheduler/snapshot.ts';
import type { AtollContext } from '../workflow-tools.ts';

/** An instance as a step needs it: its row, what it is made of, and the engine that runs it. */
export interface InstanceTarget {
  instance: InstanceRow;
  spec: InstanceSpecRecord;
  hostId: string;
  host: HostRow;
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
  const { operation, input, tools } = context;
  return context.shared('instance', () => findInstance(tools.db, inProjectOf(operation, input.instanceId)));
}

/** @throws AtollError not_found when the instance or its host is gone; DriverError when the host cannot be used now. */
export function instanceTarget(context: AtollContext<{ instanceId: string }>): Promise<InstanceTarget> {
  return context.shared('instance-target', () => loadTarget(context));
}

async function loadTarget(context: AtollContext<{ instanceId: string }>): Promise<InstanceTarget> {
  const { db, hosts } = context.tools;
  // Nearly always the host that the operation names, so both are asked for at once.
  const named = context.operation.hostId;
  const [instance, namedHost] = await Promise.all([
    findOperationInstance(context),
    named === null ? null : findHost(db, { id: named }),
  ]);
  if (!instance?.host) throw new AtollError('not_found', 'The instance or its host is not there any more.');
  const { id, projectId, markedProjectId, generation, kind } = instance;
  const hostId = instance.host.id;
  const host = namedHost?.id === hostId ? namedHost : await findHost(db, { id: hostId });
  if (!host) throw new DriverError('not_found', 'The host is not there any more.', { outcome: 'not_done' });
  return {
    instance,
    spec: instanceSpecSchema.parse(instance.spec),
    hostId,
    host,
    driver: await hosts.driverOf(host, engineOfKind[kind]),
    ref: { id, projectId: markedProjectId, generation },
    row: { id, projectId },
  };
}
