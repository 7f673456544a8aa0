import { AtollError } from '#server/contract/errors.ts';
import type { Token } from '#server/contract/identity.ts';
import type { TokenScope } from '#server/contract/permissions.ts';
import { insertToken } from '#server/db/token-store.ts';
import { newToken } from '#server/platform/hash.ts';
import { findKnownProject } from '../access/find-known-project.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { tokenView } from './token-view.ts';

const secondsPerDay = 24 * 3600;

/**
 * Makes an API token for the actor; its secret is in the answer and nowhere else. Scopes beyond the actor's role are allowed and
 * do nothing: rights are intersected at use. Throws `not_found` for a project that the actor may not know of.
 */
export async function createToken(
  ctx: ActorContext,
  input: {
    name: string;
    scopes: TokenScope[];
    project?: string | undefined;
    expiresInDays: number;
    allowedIps: string[];
  },
): Promise<{ token: Token; secret: string }> {
  const project = input.project === undefined ? null : await findKnownProject(ctx, input.project);
  if (input.project !== undefined && !project) throw new AtollError('not_found', 'There is no such project.');
  const { token, hash, hint } = newToken('atoll_');
  const what = {
    action: 'token.create',
    projectId: project?.id,
    detail: { name: input.name, scopes: input.scopes, allowedIps: input.allowedIps },
  };
  return change(ctx, what, async (tx) => {
    const row = await insertToken(tx, {
      userId: ctx.actor.userId,
      projectId: project?.id ?? null,
      name: input.name,
      prefix: hint,
      tokenHash: hash,
      scopes: input.scopes,
      allowedIps: input.allowedIps,
      ttlSeconds: input.expiresInDays * secondsPerDay,
    });
    return { token: tokenView(row), secret: token };
  });
}
