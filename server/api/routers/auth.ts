import { authApi } from '#server/contract/identity.ts';
import { changePassword } from '#server/services/auth/change-password.ts';
import { completeSetup } from '#server/services/auth/complete-setup.ts';
import { getMe } from '#server/services/auth/get-me.ts';
import { listOwnSessions } from '#server/services/auth/list-sessions.ts';
import { getSetupInfo } from '#server/services/auth/setup-link.ts';
import { signIn } from '#server/services/auth/sign-in.ts';
import { signOut, signOutEverywhere } from '#server/services/auth/sign-out.ts';
import { implement } from '../implement.ts';
import { expiredSessionCookie, sessionCookie } from '../session-cookie.ts';
import { welcomeOrAsk } from './welcome.ts';

export const authHandlers = implement(authApi, {
  setupInfo: (ctx, input) => getSetupInfo(ctx, input),
  completeSetup: async (ctx, input) => welcomeOrAsk(ctx, await completeSetup(ctx, input)),
  signIn: async (ctx, input) => welcomeOrAsk(ctx, await signIn(ctx, input)),
  signOut: async (ctx) => {
    await signOut(ctx);
    ctx.responseHeaders.append('set-cookie', expiredSessionCookie(ctx.app.origin));
    return null;
  },
  signOutEverywhere: (ctx) => signOutEverywhere(ctx),
  me: (ctx) => getMe(ctx),
  sessions: (ctx) => listOwnSessions(ctx),
  changePassword: async (ctx, input) => {
    const { session } = await changePassword(ctx, input);
    ctx.responseHeaders.append('set-cookie', sessionCookie(ctx.app.origin, session.cookie, session.expiresAt));
    return null;
  },
});
