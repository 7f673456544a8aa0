import type { NewEvent } from '#server/db/event-store.ts';
import type { Observation } from '#server/db/instance-change-store.ts';
import type { ObservedState } from '#server/db/instance-row.ts';
import type { InstanceRow } from '#server/db/instance-store.ts';
import type { ObservedInstance } from '#server/drivers/driver.ts';

/** How often an unchanged row is written again, to show how fresh its state is. */
const refreshMs = 60_000;

/**
 * What a host says of an instance, as the row shall have it. Not every look asks the guest for its addresses: those
 * that were found stay while it runs.
 */
export function observationOf(row: InstanceRow, seen: ObservedInstance): Observation {
  const keepsAddresses = seen.addresses.length === 0 && seen.state === 'running' && row.observedState === 'running';
  return {
    observedState: seen.state,
    observedReason: seen.reason,
    addresses: keepsAddresses ? row.addresses : seen.addresses,
    ports: seen.ports,
  };
}

/** libvirt starts a VM paused, for milliseconds; what it becomes is told right after. */
export const isPassing = (seen: ObservedInstance): boolean => seen.state === 'paused' && seen.reason === 'starting';

/** Whether writing the observation would change anything, or is due to show that it is fresh. */
export function isNews(row: InstanceRow, observation: Observation): boolean {
  if (row.observedAt === null || Date.now() - row.observedAt.getTime() > refreshMs) return true;
  const { observedState, observedReason, addresses, ports } = row;
  return JSON.stringify({ observedState, observedReason, addresses, ports }) !== canonical(observation);
}

const canonical = ({ observedState, observedReason, addresses, ports }: Observation): string =>
  JSON.stringify({ observedState, observedReason, addresses, ports });

const words: Record<ObservedState, { type: string; message: string; severity: 'info' | 'warn' }> = {
  running: { type: 'instance.started', message: 'It was started from outside of Atoll.', severity: 'info' },
  paused: { type: 'instance.paused', message: 'It was paused from outside of Atoll.', severity: 'info' },
  stopped: { type: 'instance.stopped', message: 'It stopped by itself or from outside of Atoll.', severity: 'info' },
  crashed: { type: 'instance.crashed', message: 'It crashed.', severity: 'warn' },
  missing: { type: 'instance.missing', message: 'It is not on its host any more.', severity: 'warn' },
};

const foundAgain = { type: 'instance.found', message: 'It is on its host again.', severity: 'info' } as const;

/**
 * The line of history for a state that nobody of ours has asked for; null when the state is the same, when it is the
 * first one, or when an operation is at work and tells its own story.
 */
export function outsideEvent(row: InstanceRow, state: ObservedState, reason: string | null): NewEvent | null {
  if (row.task !== null || row.observedState === null || row.observedState === state) return null;
  const { type, message, severity } = row.observedState === 'missing' ? foundAgain : words[state];
  return {
    projectId: row.projectId,
    type,
    severity,
    target: { type: 'instance', id: row.id, name: row.name },
    message: reason === null ? message : `${message} (${reason})`,
    params: { reason: reason ?? '', from: row.observedState, outside: 'yes' },
  };
}
