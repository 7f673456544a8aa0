import { imageApi } from '#server/contract/image.ts';
import { createImage } from '#server/services/image/create-image.ts';
import { deleteImage } from '#server/services/image/delete-image.ts';
import { imageCatalog } from '#server/services/image/image-catalog.ts';
import { getVisibleImage, listVisibleImages } from '#server/services/image/read-images.ts';
import { implement } from '../implement.ts';

export const imageHandlers = implement(imageApi, {
  list: (ctx, input) => listVisibleImages(ctx, input),
  get: (ctx, input) => getVisibleImage(ctx, input),
  create: (ctx, input) => createImage(ctx, input),
  delete: (ctx, input) => deleteImage(ctx, input),
  catalog: () => Promise.resolve({ items: [...imageCatalog], nextCursor: null }),
});
