import type { SignInStep } from '#server/contract/sign-in.ts';
import { authenticateSession } from '#server/services/auth/authenticate-session.ts';
import type { SignInAnswer } from '#server/services/auth/continue-sign-in.ts';
import { getMe } from '#server/services/auth/get-me.ts';
import type { SignedIn } from '#server/services/auth/sign-in.ts';
import type { ServiceContext } from '#server/services/service-context.ts';
import type { Edge } from '../implement.ts';
import { answerStep, giveSession } from './sign-in-cookies.ts';

/** Gives the browser its session, and answers who is signed in now. */
async function welcome(ctx: ServiceContext & Edge, { session }: SignedIn) {
  giveSession(ctx, session);
  const actor = await authenticateSession(ctx.app, session.cookie);
  if (!actor) throw new Error('A session that was just begun is not there.');
  return { me: await getMe({ ...ctx, actor }) };
}

/** Who is signed in now, or what is asked first. */
export async function welcomeOrAsk(
  ctx: ServiceContext & Edge,
  answer: SignInAnswer,
): Promise<SignInStep & { me: Awaited<ReturnType<typeof getMe>> | null }> {
  if (answer.step !== 'done') return { ...answerStep(ctx, answer), me: null };
  return { step: 'done', methods: [], ...(await welcome(ctx, answer)) };
}
