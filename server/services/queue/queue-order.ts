import type { QueueOrder } from '#server/contract/queue.ts';
import { readQueueOrder } from '#server/db/queue-order-store.ts';
import { putSetting } from '#server/db/setting-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

/** In which order work of one class is taken up. */
export const getQueueOrder = async (ctx: ActorContext): Promise<{ order: QueueOrder }> => ({
  order: await readQueueOrder(ctx.app.db),
});

/** Changes it; workers follow within seconds. */
export async function setQueueOrder(
  ctx: ActorContext,
  { order }: { order: QueueOrder },
): Promise<{ order: QueueOrder }> {
  return change(ctx, { action: 'queue.update', detail: { order } }, async (tx) => {
    await putSetting(tx, 'queueOrder', { order });
    return { order };
  });
}
