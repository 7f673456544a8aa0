import type { BrowserContext } from '@playwright/test';
import { admin, type World } from './world.ts';

/** Signs the admin in; makes that account first where no spec before has. The session is a cookie of the context. */
export async function signIn(
  context: Pick<BrowserContext, 'request'>,
  world: Pick<World, 'url' | 'setupUrl'>,
): Promise<void> {
  const post = (procedure: string, data: Record<string, unknown>) =>
    context.request.post(`${world.url}/api/trpc/${procedure}`, { data, headers: { origin: world.url } });
  const { email, password } = admin;
  const known = await post('auth.signIn', { email, password });
  if (known.ok()) return;
  const token = new URLSearchParams(new URL(world.setupUrl).hash.slice(1)).get('token');
  const made = await post('auth.completeSetup', { token, ...admin });
  if (!made.ok()) throw new Error(`The admin can neither sign in nor be made: ${await made.text()}`);
}
