import { AtollError } from '#server/contract/errors.ts';
import { findLinkedUser, getProvider, linkIdentity, type ProviderRow } from '#server/db/identity-provider-store.ts';
import { type Changed, change } from '../change.ts';
import type { ActorContext, ServiceContext } from '../service-context.ts';
import { continueSignIn, type SignInAnswer } from './continue-sign-in.ts';
import { userOfPerson } from './external-user.ts';
import { authenticateInDirectory, type DirectoryEntry } from './ldap-directory.ts';
import { giveBack, takeFromAccount, takeFromAddress } from './sign-in-limits.ts';

export interface LdapInput {
  provider: string;
  username: string;
  password: string;
}

/**
 * Signs in with name and password of a directory, or begins to: a second factor of ours is asked for as after our own password.
 * Throws `sign_in_failed`, `rate_limited`, `sign_in_unavailable`.
 */
export async function signInWithLdap(ctx: ServiceContext, input: LdapInput): Promise<SignInAnswer> {
  const provider = await openDirectory(ctx, input.provider);
  const person = await authenticate(ctx, provider, input);
  const what: Changed = { action: 'signIn.ldap', target: { type: 'identity-provider', id: provider.id } };
  return change(ctx, what, async (tx) => {
    const user = await userOfPerson(tx, provider, person);
    what.actor = { id: user.id, name: user.name };
    const answer = await continueSignIn(tx, ctx, user, 'ldap');
    if (answer.step === 'done') await giveBack(tx, { account: accountOf(provider, input), userId: user.id });
    return answer;
  });
}

/** Links the actor to their entry of a directory. Throws `sign_in_failed`, `conflict`, `rate_limited`, `sign_in_unavailable`. */
export async function linkLdap(ctx: ActorContext, input: LdapInput): Promise<null> {
  const provider = await openDirectory(ctx, input.provider);
  const { subject } = await authenticate(ctx, provider, input);
  const what = { action: 'linkedIdentity.linkLdap', target: { type: 'identity-provider', id: provider.id } };
  return change(ctx, what, async (tx) => {
    const link = { providerId: provider.id, subject };
    const linked = await findLinkedUser(tx, link);
    if (linked?.userId !== ctx.actor.userId) await linkIdentity(tx, { ...link, userId: ctx.actor.userId });
    return null;
  });
}

/** Whose these are. Throws `sign_in_failed`. */
async function authenticate(ctx: ServiceContext, provider: ProviderRow, input: LdapInput): Promise<DirectoryEntry> {
  await takeFromAddress(ctx);
  await takeFromAccount(ctx, accountOf(provider, input));
  const person = await authenticateInDirectory(ctx.app, provider, input);
  if (!person) throw new AtollError('sign_in_failed', 'User name or password is wrong.');
  return person;
}

const accountOf = (provider: ProviderRow, { username }: LdapInput): string => `${provider.id}:${username}`;

async function openDirectory(ctx: ServiceContext, id: string): Promise<ProviderRow> {
  const provider = await getProvider(ctx.app.db, { id });
  if (!provider.enabled || provider.kind !== 'ldap')
    throw new AtollError('not_found', 'There is no such way to sign in.');
  return provider;
}
