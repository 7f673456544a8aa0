import { AtollError } from '#server/contract/errors.ts';
import type { StepUpMethod } from '#server/contract/second-factor.ts';
import type { PasskeyAnswer } from '#server/contract/webauthn.ts';
import type { AtollTx } from '#server/db/client.ts';
import { findLinkedUser, getProvider, listIdentities } from '#server/db/identity-provider-store.ts';
import { listPasskeys } from '#server/db/passkey-store.ts';
import { finishPending } from '#server/db/pending-sign-in-store.ts';
import { elevateSession } from '#server/db/session-store.ts';
import { findTotp } from '#server/db/totp-store.ts';
import { findCredentials } from '#server/db/user-store.ts';
import { newToken } from '#server/platform/hash.ts';
import { verifyPassword } from '#server/platform/password.ts';
import type { Actor } from '../access/actor.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import type { NewSession } from './begin-session.ts';
import { spendTotpCode } from './check-code.ts';
import { authenticateInDirectory } from './ldap-directory.ts';
import { checkPasskey, newChallenge } from './passkey-challenge.ts';
import { beginPending, type NewPending, takePending, textOf } from './pending.ts';
import { relyingParty } from './relying-party.ts';
import { takeFromFactor } from './sign-in-limits.ts';

/**
 * Stands before what a stolen, open session must not do. A session that proved itself within ten minutes passes, its sign-in being the
 * first proof; a token passes, since what is behind this door it either may not do or was given for.
 * Throws `step_up_required`.
 */
export function requireStepUp(actor: Actor | null): void {
  if (actor?.via.type === 'session' && !actor.via.elevated) throw new AtollError('step_up_required');
}

/** How the actor can prove again who they are. */
export async function stepUpMethods(ctx: ActorContext) {
  const { db, origin } = ctx.app;
  const { userId, email } = ctx.actor;
  const [found, totp, passkeys, identities] = await Promise.all([
    findCredentials(db, email),
    findTotp(db, { userId }),
    listPasskeys(db, { userId }),
    listIdentities(db, { userId }),
  ]);
  const methods: StepUpMethod[] = [];
  if (found?.passwordHash) methods.push('password');
  if (passkeys.length > 0 && relyingParty(origin)) methods.push('passkey');
  if (totp?.confirmedAt) methods.push('totp');
  for (const kind of ['ldap', 'oidc'] as const) if (identities.some((each) => each.kind === kind)) methods.push(kind);
  const providers = identities.map(({ providerId: id, providerName: name, kind }) => ({ id, kind, name }));
  return { methods, providers };
}

export type ProofInput =
  | { method: 'password'; password: string }
  | { method: 'totp'; code: string }
  | { method: 'ldap'; provider: string; password: string; username?: string };

/** Proves it with something that is typed. Throws `validation_failed` at the field, `second_factor_failed`, `rate_limited`. */
export async function proveByText(ctx: ActorContext, input: ProofInput): Promise<NewSession> {
  const { userId } = ctx.actor;
  await takeFromFactor(ctx, userId);
  if (input.method === 'password') await checkPassword(ctx, input.password);
  if (input.method === 'ldap') await checkDirectory(ctx, input);
  return change(ctx, about('prove', ctx, input.method), async (tx) => {
    if (input.method === 'totp') await spendTotpCode(tx, ctx, { userId, code: input.code });
    return elevate(tx, ctx);
  });
}

const wrongPassword = (): AtollError =>
  new AtollError('second_factor_failed', 'The password is wrong.', {
    fields: [{ pointer: '/password', code: 'wrong_password', message: 'This is not your current password.' }],
    hint: 'Check it and try again.',
  });

async function checkPassword(ctx: ActorContext, password: string): Promise<void> {
  const found = await findCredentials(ctx.app.db, ctx.actor.email);
  if (!(await verifyPassword(password, found?.passwordHash ?? null))) throw wrongPassword();
}

/** The name is that of the actor's e-mail or mailbox; whose entry it is must be who is linked. */
async function checkDirectory(ctx: ActorContext, input: { provider: string; password: string }): Promise<void> {
  const provider = await getProvider(ctx.app.db, { id: input.provider });
  const { email, userId } = ctx.actor;
  for (const username of [email.split('@', 1)[0] ?? '', email]) {
    const person = await authenticateInDirectory(ctx.app, provider, { username, password: input.password });
    if (!person) continue;
    const linked = await findLinkedUser(ctx.app.db, { providerId: provider.id, subject: person.subject });
    if (linked?.userId === userId) return;
  }
  throw wrongPassword();
}

/** A challenge for one of the actor's passkeys. */
export async function beginPasskeyProof(
  ctx: ActorContext,
): Promise<{ options: Record<string, unknown>; pending: NewPending }> {
  const { userId } = ctx.actor;
  const options = await newChallenge(ctx, { userId });
  return change(ctx, about('passkeyBegin', ctx), async (tx) => {
    const data = { challenge: options.challenge };
    return { options: { ...options }, pending: await beginPending(tx, { purpose: 'step-up', userId, data }) };
  });
}

/** Proves it with a passkey. Throws `sign_in_expired`, `second_factor_failed`, `rate_limited`. */
export async function proveByPasskey(ctx: ActorContext, input: { answer: PasskeyAnswer }): Promise<NewSession> {
  const { userId } = ctx.actor;
  await takeFromFactor(ctx, userId);
  const pending = await takePending(ctx, ['step-up']);
  if (pending.userId !== userId) throw new AtollError('sign_in_expired');
  await checkPasskey(ctx, input.answer, { challenge: textOf(pending, 'challenge'), userId });
  return change(ctx, about('passkey', ctx), async (tx) => {
    if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
    return elevate(tx, ctx);
  });
}

const about = (verb: string, { actor }: ActorContext, method?: string) => ({
  action: `stepUp.${verb}`,
  target: { type: 'user', id: actor.userId },
  ...(method && { detail: { method } }),
});

/** Notes the proof and rotates the cookie: one that was stolen before it is worth nothing. Throws `sign_in_expired`. */
export async function elevate(tx: AtollTx, ctx: ActorContext): Promise<NewSession> {
  const { via, userId } = ctx.actor;
  if (via.type !== 'session') throw new AtollError('forbidden', 'A token proves nothing. Sign in instead.');
  const { token, hash } = newToken('');
  const expiresAt = await elevateSession(tx, { id: via.sessionId, userId, tokenHash: hash });
  if (!expiresAt) throw new AtollError('sign_in_expired');
  return { sessionId: via.sessionId, cookie: token, expiresAt };
}
