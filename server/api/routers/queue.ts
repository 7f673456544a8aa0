import { queueApi } from '#server/contract/queue.ts';
import { getQueueOrder, setQueueOrder } from '#server/services/queue/queue-order.ts';
import { implement } from '../implement.ts';

export const queueHandlers = implement(queueApi, {
  get: (ctx) => getQueueOrder(ctx),
  update: (ctx, input) => setQueueOrder(ctx, input),
});
