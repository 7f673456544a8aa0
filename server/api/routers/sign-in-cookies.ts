import type { SignInStep } from '#server/contract/sign-in.ts';
import type { NewSession } from '#server/services/auth/begin-session.ts';
import type { SignInAnswer } from '#server/services/auth/continue-sign-in.ts';
import type { NewPending } from '#server/services/auth/pending.ts';
import type { ServiceContext } from '#server/services/service-context.ts';
import type { Edge } from '../implement.ts';
import { expiredPendingCookie, pendingCookie, sessionCookie } from '../session-cookie.ts';

type Ctx = ServiceContext & Edge;

/** Gives the browser its session, where there is a new one. */
export function giveSession({ app, responseHeaders }: Ctx, session: NewSession | null): null {
  if (session) responseHeaders.append('set-cookie', sessionCookie(app.origin, session.cookie, session.expiresAt));
  return null;
}

/** Gives the browser the cookie of what is pending; the rest is the answer. */
export function keepPending<T extends { pending: NewPending | null }>(ctx: Ctx, { pending, ...answer }: T) {
  if (pending) ctx.responseHeaders.append('set-cookie', pendingCookie(ctx.app.origin, pending));
  return answer;
}

/** Tells the browser where its sign-in stands, with the cookie that belongs to it. */
export function answerStep(ctx: Ctx, answer: SignInAnswer): SignInStep {
  if (answer.step === 'done') {
    giveSession(ctx, answer.session);
    if (ctx.pendingCookie) ctx.responseHeaders.append('set-cookie', expiredPendingCookie(ctx.app.origin));
    return { step: 'done', methods: [] };
  }
  keepPending(ctx, answer);
  return { step: answer.step, methods: answer.methods };
}
