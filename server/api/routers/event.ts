import { eventApi } from '#server/contract/event.ts';
import { listVisibleEvents } from '#server/services/event/read-events.ts';
import { implement } from '../implement.ts';

export const eventHandlers = implement(eventApi, {
  list: (ctx, input) => listVisibleEvents(ctx, input),
});
