import { AtollError } from '#server/contract/errors.ts';
import { findLinkedUser, getProvider, linkIdentity, type ProviderRow } from '#server/db/identity-provider-store.ts';
import { finishPending, type PendingRow } from '#server/db/pending-sign-in-store.ts';
import { type Changed, change } from '../change.ts';
import type { ActorContext, ServiceContext } from '../service-context.ts';
import type { NewSession } from './begin-session.ts';
import { replaceSession, type SignInAnswer } from './continue-sign-in.ts';
import { userOfPerson } from './external-user.ts';
import { authorizationUrl, type OidcChecks, personOfAnswer } from './oidc-client.ts';
import { beginPending, type NewPending, takePending, textOf } from './pending.ts';
import { giveBack, takeFromAddress } from './sign-in-limits.ts';
import { elevate } from './step-up.ts';

/** Why somebody is sent to a provider. */
export type OidcIntent = 'sign-in' | 'link' | 'step-up';

const actions: Record<OidcIntent, string> = {
  'sign-in': 'signIn.oidcBegin',
  link: 'linkedIdentity.linkOidc',
  'step-up': 'stepUp.oidcBegin',
};

/**
 * Where to send somebody, and the cookie that they come back with. Throws `not_found`, `rate_limited`, `sign_in_unavailable`.
 */
export async function beginOidc(
  ctx: ServiceContext,
  input: { provider: string; next: string; intent: OidcIntent },
): Promise<{ url: string; pending: NewPending }> {
  await takeFromAddress(ctx);
  const provider = await openProvider(ctx, input.provider);
  const { intent } = input;
  const { url, checks } = await authorizationUrl(ctx.app, provider, { again: intent === 'step-up' });
  const { actor } = ctx;
  const session = intent !== 'sign-in' && actor?.via.type === 'session' ? actor.via.sessionId : null;
  const data = { ...checks, intent, session, next: relativePath(input.next) };
  const userId = intent === 'sign-in' ? null : (actor?.userId ?? null);
  return change(ctx, { action: actions[intent], target: target(provider) }, async (tx) => ({
    url,
    pending: await beginPending(tx, { purpose: 'oidc', providerId: provider.id, userId, data }),
  }));
}

const target = ({ id }: ProviderRow) => ({ type: 'identity-provider', id });

async function openProvider(ctx: ServiceContext, id: string): Promise<ProviderRow> {
  const provider = await getProvider(ctx.app.db, { id });
  if (!provider.enabled || provider.kind !== 'oidc')
    throw new AtollError('not_found', 'There is no such way to sign in.');
  return provider;
}

/** A path of this site; anything else would be an open redirect (security.md 61). */
const relativePath = (next: string): string => (/^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next) ? next : '/');

export type OidcAnswer =
  | { intent: 'sign-in'; answer: SignInAnswer; next: string }
  | { intent: 'link' | 'step-up'; session: NewSession | null; next: string };

/**
 * Comes back from a provider. The row that the cookie names says why one had left, and as whom: what the address says decides
 * nothing but the code. Throws `sign_in_expired`, `sign_in_failed`, `conflict`, `rate_limited`, `sign_in_unavailable`.
 */
export async function finishOidc(ctx: ServiceContext, input: { query: string }): Promise<OidcAnswer> {
  await takeFromAddress(ctx);
  const pending = await takePending(ctx, ['oidc']);
  const provider = await openProvider(ctx, pending.providerId ?? '');
  const intent = textOf(pending, 'intent') as OidcIntent;
  const checks: OidcChecks = {
    state: textOf(pending, 'state'),
    nonce: textOf(pending, 'nonce'),
    verifier: textOf(pending, 'verifier'),
  };
  const person = await personOfAnswer(ctx.app, provider, { query: input.query, checks, again: intent === 'step-up' });
  const next = textOf(pending, 'next');
  const what: Changed = { action: 'signIn.oidcFinish', target: target(provider), detail: { intent } };
  if (intent !== 'sign-in') {
    const own = requireSameSession(ctx, pending);
    return change(ctx, what, async (tx) => {
      if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
      const link = { providerId: provider.id, subject: person.subject };
      const linked = await findLinkedUser(tx, link);
      if (intent === 'step-up') {
        if (linked?.userId !== own.actor.userId)
          throw new AtollError('sign_in_failed', `This is another account of ${provider.name} than yours.`);
        return { intent, session: await elevate(tx, own), next };
      }
      if (linked?.userId !== own.actor.userId) await linkIdentity(tx, { ...link, userId: own.actor.userId });
      return { intent, session: null, next };
    });
  }
  return change(ctx, what, async (tx) => {
    if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
    const user = await userOfPerson(tx, provider, person);
    what.actor = { id: user.id, name: user.name };
    await giveBack(tx, { userId: user.id });
    // Whether a second factor is asked for is the provider's to say: it is what the person signs in at.
    const session = await replaceSession(tx, ctx, user.id, 'oidc');
    return { intent, answer: { step: 'done', userId: user.id, session }, next };
  });
}

/** Linking and proofs end in the session in which they began: nobody is lured into another one's account. */
function requireSameSession(ctx: ServiceContext, pending: PendingRow): ActorContext {
  const { actor } = ctx;
  const same = actor?.via.type === 'session' && actor.via.sessionId === pending.data.session;
  if (!actor || !same || actor.userId !== pending.userId) throw new AtollError('sign_in_expired');
  return { ...ctx, actor };
}
