import { type Observation, observeInstance } from '#server/db/instance-change-store.ts';
import type { ObservedInstance } from '#server/drivers/driver.ts';
import type { AtollContext } from '../workflow-tools.ts';
import type { InstanceTarget } from './instance-target.ts';

/** What a host says of an instance, as the database keeps it. */
export function observationOf(observed: ObservedInstance): Observation {
  const { state, reason, addresses, ports } = observed;
  return { observedState: state, observedReason: reason, addresses, ports };
}

/** Has what the host says now written with the end of the step, so that the operation ends with the row as it truly is. */
export function observeWhenDone(
  context: AtollContext<{ instanceId: string }>,
  target: InstanceTarget,
  observed: ObservedInstance | null,
): void {
  if (observed) context.commitWhenDone((tx) => observeInstance(tx, target.row, observationOf(observed)));
}
