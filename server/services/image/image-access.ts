import { AtollError } from '#server/contract/errors.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { getImage, type ImageRow, type ImageView } from '#server/db/image-store.ts';
import { mayInProject, maySystem, visibleProjects } from '../access/effective-right.ts';
import type { ActorContext } from '../service-context.ts';

/** Which images the actor may see: public ones and those of their projects. */
export const imageViewOf = (ctx: ActorContext): ImageView => ({
  scope: visibleProjects(ctx.actor, 'image:read'),
  includePublic: true,
});

/** An image that the actor may see and change. Throws `not_found`, or `forbidden` where they may only look. */
export async function getWritableImage(db: DbOrTx, ctx: ActorContext, id: string): Promise<ImageRow> {
  const row = await getImage(db, { ...imageViewOf(ctx), id });
  requireImageWrite(ctx, row.projectId);
  return row;
}

/** Public images are changed by who may publish them, the others by who may write in their project. Throws `forbidden`. */
export function requireImageWrite(ctx: ActorContext, projectId: string | null): void {
  const may =
    projectId === null ? maySystem(ctx.actor, 'image:publish') : mayInProject(ctx.actor, projectId, 'image:write');
  if (may) return;
  const permission = projectId === null ? 'image:publish' : 'image:write';
  throw new AtollError('forbidden', `This needs the permission ${permission}.`);
}
