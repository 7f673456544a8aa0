import { listTokens } from '#server/db/token-store.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { tokenView } from './token-view.ts';

/** The tokens of the actor, ended ones among them, newest first. */
export async function listOwnTokens(ctx: ActorContext, input: ListInput) {
  const { userId } = ctx.actor;
  return pageOfList(ctx, ['tokens'], input, (page) => listTokens(ctx.app.db, { userId }, page), tokenView);
}
