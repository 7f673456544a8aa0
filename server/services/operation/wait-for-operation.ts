import type { Operation } from '#server/contract/operation.ts';
import { isOperationDone } from '#server/db/operation-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { ActorContext } from '../service-context.ts';
import { getVisibleOperation } from './read-operations.ts';

/** Should a change not be heard, this finds it. */
const pollMs = 2_000;

/**
 * The operation as soon as it is done, or as it is when the time is over or the signal is aborted. Sleeps until the feed tells a
 * change of it. Throws `not_found` when the actor may not see it.
 */
export async function waitForOperation(
  ctx: ActorContext,
  operationId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Operation> {
  const deadline = monotonicMs() + waitMs;
  let told = Promise.withResolvers<void>();
  const unsubscribe = ctx.app.feed.subscribe((changes) => {
    if (changes.some((change) => change.entityId === operationId)) told.resolve();
  });
  const stop = (): void => told.resolve();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const asked = await getVisibleOperation(ctx, { operation: operationId });
    if (asked.done) return asked;
    for (;;) {
      // Armed before the row is read: a change in between is not missed.
      told = Promise.withResolvers<void>();
      const leftMs = deadline - monotonicMs();
      if (leftMs <= 0 || signal.aborted || (await isOperationDone(ctx.app.db, operationId)))
        return await getVisibleOperation(ctx, { operation: operationId });
      const timer = setTimeout(told.resolve, Math.min(leftMs, pollMs));
      await told.promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    unsubscribe();
  }
}
