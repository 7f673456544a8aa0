import type { HostPatch } from '#server/db/host-store.ts';
import type { DriverError } from '#server/drivers/driver.ts';
import { transportCause } from './transport-failure.ts';

/** What becomes of a host that is not the one that was confirmed, by its key or as a machine: nothing more is sent to it. */
export function quarantineFor(error: DriverError): HostPatch & { offeredFingerprint: string | null } {
  const cause = transportCause(error);
  return {
    state: 'quarantined',
    stateReason: isOtherMachine(error)
      ? 'It is another machine than the one that was confirmed, although its key is the same.'
      : 'Its host key is not the one that was confirmed.',
    offeredFingerprint: cause?.offeredFingerprint ?? null,
  };
}

/** Whether the key was right and the machine was not. */
export const isOtherMachine = (error: DriverError): boolean => transportCause(error)?.code === 'machine_mismatch';
