import { AtollError } from '#server/contract/errors.ts';
import type { ServiceContext } from '#server/services/service-context.ts';

/**
 * Against cross-site requests: whatever changes something without a token in a header must come from our own origin. A
 * missing Origin and `null` are refused too; every browser sends it with POST, PUT, PATCH and DELETE (Fetch §4.6).
 * Throws `forbidden`.
 */
export function checkOrigin(ctx: ServiceContext, headers: Headers): void {
  if (ctx.actor?.via.type === 'token') return;
  if (headers.get('origin') === ctx.app.origin) return;
  throw new AtollError('forbidden', 'This request does not come from the pages of Atoll.', {
    hint: `Open Atoll at ${ctx.app.origin}, or send a token as Authorization: Bearer.`,
  });
}
