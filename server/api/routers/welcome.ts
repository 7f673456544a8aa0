import { authenticateSession } from '#server/services/auth/authenticate-session.ts';
import { getMe } from '#server/services/auth/get-me.ts';
import type { SignedIn } from '#server/services/auth/sign-in.ts';
import type { ServiceContext } from '#server/services/service-context.ts';
import type { Edge } from '../implement.ts';
import { sessionCookie } from '../session-cookie.ts';

/** Gives the browser its session, and answers who is signed in now. */
export async function welcome(ctx: ServiceContext & Edge, { session }: SignedIn) {
  ctx.responseHeaders.append('set-cookie', sessionCookie(ctx.app.origin, session.cookie, session.expiresAt));
  const actor = await authenticateSession(ctx.app, session.cookie);
  if (!actor) throw new Error('A session that was just begun is not there.');
  return { me: await getMe({ ...ctx, actor }) };
}
