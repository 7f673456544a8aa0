import { AtollError } from '#server/contract/errors.ts';
import type { EngineType } from '#server/contract/host.ts';
import type { Db } from '#server/db/client.ts';
import { listConsoleInstances } from '#server/db/console-instance-store.ts';
import type { Driver, InstanceRef } from '#server/drivers/driver.ts';
import type { Log } from '#server/platform/log.ts';
import type { ConsoleRights } from './console-rights.ts';

/** What the worker gives to its consoles. */
export interface ConsoleParts {
  db: Db;
  log: Log;
  /** Throws DriverError. */
  driver(hostId: string, engine: EngineType): Promise<Driver>;
  checkRights: ConsoleRights;
}

/** The driver of an instance where it is now, and its name there. Throws AtollError `not_found`, `state_conflict`; DriverError. */
export async function locateInstance(
  { db, driver }: ConsoleParts,
  instanceId: string,
): Promise<{ driver: Driver; ref: InstanceRef }> {
  const [found] = await listConsoleInstances(db, [instanceId]);
  if (!found) throw new AtollError('not_found');
  const { id, kind, hostId, markedProjectId, generation } = found;
  if (hostId === null) throw new AtollError('state_conflict', 'The instance is on no host yet.');
  const engine = kind === 'vm' ? 'libvirt' : 'docker';
  return { driver: await driver(hostId, engine), ref: { id, projectId: markedProjectId, generation } };
}
