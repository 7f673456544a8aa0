import { AtollError } from '#server/contract/errors.ts';
import type { SecondFactorPolicy } from '#server/contract/identity-provider.ts';
import { revokeSessionsWithoutFactor } from '#server/db/session-store.ts';
import { putSetting } from '#server/db/setting-store.ts';
import { secondFactorPolicy, secondFactorsOf } from '../auth/second-factor-state.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

/** Who must have a second factor. */
export async function getSignInPolicy(ctx: ActorContext): Promise<{ secondFactor: SecondFactorPolicy }> {
  return { secondFactor: await secondFactorPolicy(ctx.app.db) };
}

/**
 * Says who must have a second factor. Sessions of people who now must and have none end: they set it up when they sign in again. The
 * admin who asks for it has one already, so that nobody shuts themselves out by mistake.
 * Throws `state_conflict`.
 */
export async function setSignInPolicy(ctx: ActorContext, input: { secondFactor: SecondFactorPolicy }) {
  const { secondFactor } = input;
  const what = { action: 'identityProvider.setPolicy', detail: { secondFactor } };
  return change(ctx, what, async (tx) => {
    if (secondFactor !== 'nobody' && (await secondFactorsOf(tx, ctx.actor)).length === 0)
      throw new AtollError('state_conflict', 'You have no second factor yourself.', {
        hint: 'Set one up in your profile first.',
      });
    await putSetting(tx, 'secondFactorPolicy', { who: secondFactor });
    const ended = secondFactor === 'nobody' ? 0 : await revokeSessionsWithoutFactor(tx, { only: secondFactor });
    return { secondFactor, ended };
  });
}
