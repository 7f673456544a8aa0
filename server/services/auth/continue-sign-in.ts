import type { SystemRole } from '#server/contract/permissions.ts';
import type { SignInStep } from '#server/contract/sign-in.ts';
import type { AtollTx } from '#server/db/client.ts';
import { revokeSession } from '#server/db/session-store.ts';
import type { ServiceContext } from '../service-context.ts';
import { beginSession, type NewSession } from './begin-session.ts';
import { beginPending, type NewPending } from './pending.ts';
import { mustHaveSecondFactor, secondFactorsOf } from './second-factor-state.ts';

/** Where a sign-in stands after a step: a session, or what is asked next with the cookie that names it. */
export type SignInAnswer =
  | { step: 'done'; userId: string; session: NewSession }
  | (SignInStep & { step: 'second-factor' | 'enrol'; userId: string; pending: NewPending });

/** The first factor, as it is kept in the session. */
export type FirstFactor = 'password' | 'ldap' | 'setup-link';

/**
 * What comes after the first factor was right: the second one, its setting up where an admin asks for one, or a session. The only way
 * from a password to a session (security.md 36): nothing that the browser sends decides here.
 */
export async function continueSignIn(
  tx: AtollTx,
  ctx: ServiceContext,
  user: { id: string; role: SystemRole },
  first: FirstFactor,
): Promise<SignInAnswer> {
  const userId = user.id;
  const methods = await secondFactorsOf(tx, { userId });
  if (methods.length > 0) {
    const pending = await beginPending(tx, {
      purpose: 'second-factor',
      userId,
      data: { first, step: 'second-factor' },
    });
    return { step: 'second-factor', methods, userId, pending };
  }
  if (await mustHaveSecondFactor(tx, user.role)) {
    const pending = await beginPending(tx, { purpose: 'second-factor', userId, data: { first, step: 'enrol' } });
    return { step: 'enrol', methods: [], userId, pending };
  }
  return { step: 'done', userId, session: await replaceSession(tx, ctx, userId, first) };
}

/** Begins a session; whoever was signed in with this browser before no longer is. */
export async function replaceSession(
  tx: AtollTx,
  ctx: ServiceContext,
  userId: string,
  method: NonNullable<Parameters<typeof beginSession>[3]>,
): Promise<NewSession> {
  if (ctx.actor?.via.type === 'session')
    await revokeSession(tx, { userId: ctx.actor.userId, id: ctx.actor.via.sessionId });
  return beginSession(tx, ctx, userId, method);
}
