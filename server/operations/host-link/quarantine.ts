import type { HostPatch } from '#server/db/host-store.ts';
import type { DriverError } from '#server/drivers/driver.ts';
import { transportCause } from './transport-failure.ts';

/** What becomes of a host that showed another key than the one that was confirmed: nothing more is sent to it. */
export function quarantineFor(error: DriverError): HostPatch & { offeredFingerprint: string | null } {
  return {
    state: 'quarantined',
    stateReason: 'Its host key is not the one that was confirmed.',
    offeredFingerprint: transportCause(error)?.offeredFingerprint ?? null,
  };
}
