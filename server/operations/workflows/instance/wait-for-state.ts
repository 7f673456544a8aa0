import type { ObservedInstance, PowerState } from '#server/drivers/driver.ts';
import { type AtollContext, callOptions } from '../workflow-tools.ts';
import type { InstanceTarget } from './instance-target.ts';

/** How often the host is asked where no event comes: events shorten the wait, they are not relied on. */
const askEveryMs = 1_000;

/**
 * Waits until the instance is in one of these states, or gone, and answers what the host says then; after `atMostMs`
 * answers what it said last. Throws what the driver throws and the reason of the step's signal.
 */
export async function waitForState(
  context: AtollContext<{ instanceId: string }>,
  { driver, ref }: InstanceTarget,
  wanted: readonly PowerState[],
  atMostMs: number,
): Promise<ObservedInstance | null> {
  const until = performance.now() + atMostMs;
  for (;;) {
    const observed = await driver.getInstance(ref.id, callOptions(context));
    const leftMs = until - performance.now();
    if (observed === null || wanted.includes(observed.state) || leftMs <= 0) return observed;
    await context.tools.hosts.instanceChanged(ref.id, Math.min(askEveryMs, leftMs), context.signal);
  }
}
