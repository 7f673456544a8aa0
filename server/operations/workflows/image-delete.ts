import { rm } from 'node:fs/promises';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { deleteImage, getImage, isImageFileShared } from '#server/db/image-store.ts';
import { imagePath, importPath } from './image-file.ts';
import type { AtollWorkflow } from './workflow-tools.ts';

/** Deletes an image and its bytes, unless another image has the same. Disks made from it live on with their base volumes. */
export const imageDelete: AtollWorkflow<OperationInput<'image.delete'>> = {
  kind: 'image.delete',
  version: 1,
  input: operationInput['image.delete'],
  direction: 'forward-only',
  steps: [
    {
      name: 'delete-file',
      timeoutMs: 60_000,
      async run({ tools, input }) {
        const { id, sha256 } = await getImage(tools.db, {
          id: input.imageId,
          scope: 'every-project',
          includePublic: true,
        });
        await rm(importPath(tools.dataDir, id), { force: true });
        if (sha256 === null || (await isImageFileShared(tools.db, { id, sha256 }))) return undefined;
        await rm(imagePath(tools.dataDir, sha256), { force: true });
        return undefined;
      },
    },
  ],
  async onSucceeded(tx, operation, { imageId }) {
    await deleteImage(tx, { id: imageId, projectId: operation.projectId });
    return undefined;
  },
};
