import { AtollError } from '#server/contract/errors.ts';
import { listIdentities, listProviders, unlinkIdentity } from '#server/db/identity-provider-store.ts';
import { listPasskeys } from '#server/db/passkey-store.ts';
import { findCredentials } from '#server/db/user-store.ts';
import { change } from '../change.ts';
import type { ActorContext, ServiceContext } from '../service-context.ts';
import { relyingParty } from './relying-party.ts';

/** How one may sign in here, as the page before it shows. */
export async function signInWays(ctx: ServiceContext) {
  const providers = await listProviders(ctx.app.db, { enabled: true });
  return {
    providers: providers.map(({ id, kind, name }) => ({ id, kind, name })),
    passkeys: relyingParty(ctx.app.origin) !== null,
  };
}

/** Where the actor is known. */
export async function listOwnIdentities(ctx: ActorContext) {
  const [items, found] = await Promise.all([
    listIdentities(ctx.app.db, { userId: ctx.actor.userId }),
    findCredentials(ctx.app.db, ctx.actor.email),
  ]);
  return {
    items: items.map(({ id, providerId, providerName: name, kind, createdAt }) => ({
      id,
      provider: { id: providerId, kind, name },
      createdAt: createdAt.toISOString(),
    })),
    hasPassword: Boolean(found?.passwordHash),
  };
}

/** Signs in with it no longer. Throws `not_found`, or `state_conflict` when there would be no way left. */
export async function unlinkOwnIdentity(ctx: ActorContext, input: { identity: string }): Promise<null> {
  const { userId, email } = ctx.actor;
  const what = { action: 'linkedIdentity.unlink', target: { type: 'user', id: userId } };
  return change(ctx, what, async (tx) => {
    await unlinkIdentity(tx, { id: input.identity, userId });
    const [left, passkeys, found] = [
      await listIdentities(tx, { userId }),
      await listPasskeys(tx, { userId }),
      await findCredentials(tx, email),
    ];
    if (left.length === 0 && passkeys.length === 0 && !found?.passwordHash)
      throw new AtollError('state_conflict', 'This is your last way to sign in.', {
        hint: 'Add a passkey first, or ask an admin for a link that sets a password.',
      });
    return null;
  });
}
