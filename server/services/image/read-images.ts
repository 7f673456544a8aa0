import type { Image } from '#server/contract/image.ts';
import { getImage, type ImageState, listImages } from '#server/db/image-store.ts';
import { findKnownProject } from '../access/find-known-project.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { imageViewOf } from './image-access.ts';
import { imageView } from './image-view.ts';

export interface ImageListInput extends ListInput {
  project?: string | undefined;
  search?: string | undefined;
  state?: ImageState | undefined;
}

/** Public images and those of the actor's projects, or of one project and the public ones, by name. */
export async function listVisibleImages(ctx: ActorContext, input: ImageListInput) {
  const { project, search, state } = input;
  const view = imageViewOf(ctx);
  if (project !== undefined) {
    const known = await findKnownProject(ctx, project);
    const seen = known && (view.scope === 'every-project' || view.scope.projectIds.includes(known.id));
    view.scope = { projectIds: seen ? [known.id] : [] };
  }
  const list = ['images', project, search, state];
  return pageOfList(ctx, list, input, (page) => listImages(ctx.app.db, view, { search, state }, page), imageView);
}

/** One image. Throws `not_found`. */
export async function getVisibleImage(ctx: ActorContext, input: { image: string }): Promise<Image> {
  return imageView(await getImage(ctx.app.db, { ...imageViewOf(ctx), id: input.image }));
}
