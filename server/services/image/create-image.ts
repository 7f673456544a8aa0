import { statfs } from 'node:fs/promises';
import type { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { createImageSchema, Image } from '#server/contract/image.ts';
import type { Operation } from '#server/contract/operation.ts';
import type { AtollTx } from '#server/db/client.ts';
import { countUnfinishedImages, getImage, insertImage } from '#server/db/image-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { enterProject } from '../access/enter.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ActorContext } from '../service-context.ts';
import { requireImageWrite } from './image-access.ts';
import { imageView } from './image-view.ts';

type CreateImage = z.output<typeof createImageSchema>;

/**
 * Makes an image: its bytes are uploaded afterwards, or an operation imports them from the address.
 * Throws `not_found` for the project, `forbidden`, `payload_too_large` when the server has no room, or `rate_limited` when too many are under way.
 */
export async function createImage(
  ctx: ActorContext,
  input: CreateImage,
): Promise<{ image: Image; operation: Operation | null }> {
  const project = input.project === undefined ? null : await enterProject(ctx, input.project, 'image:write', 'change');
  const projectId = project?.project.id ?? null;
  requireImageWrite(ctx, projectId);
  const { source, name } = input;
  if (source.type === 'upload') await requireRoom(ctx.app.dataDir, source.sizeBytes);
  const id = newId();
  const what = {
    action: 'image.create',
    projectId,
    target: { type: 'image', id },
    detail: { name, source: source.type },
  };
  return startWork(ctx, what, async (tx) => {
    await requireFew(tx, projectId);
    const inserted = await insertImage(tx, {
      id,
      projectId,
      name,
      state: source.type === 'upload' ? 'uploading' : 'importing',
      sourceUrl: source.type === 'url' ? source.url : null,
      expectedSha256: source.sha256 ?? null,
      expectedSha512: source.type === 'url' ? (source.sha512 ?? null) : null,
      totalBytes: source.type === 'upload' ? source.sizeBytes : null,
      defaultUser: input.defaultUser ?? null,
      createdById: ctx.actor.userId,
    });
    if (source.type === 'upload') return { image: imageView(inserted), operation: null };
    const operation = await enqueueOperation(tx, {
      kind: 'image.import',
      projectId,
      target: { type: 'image', id, name },
      input: { imageId: id },
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
    });
    const row = await getImage(tx, { id, scope: 'every-project', includePublic: true });
    return { image: imageView(row), operation: operationView(operation) };
  });
}

/** At once in one project: each takes disk of the server before any quota knows its size, and imports take the workers' time. */
const maxUnfinished = 20;

async function requireFew(tx: AtollTx, projectId: string | null): Promise<void> {
  if ((await countUnfinishedImages(tx, { projectId })) < maxUnfinished) return;
  throw new AtollError('rate_limited', `${maxUnfinished} images are being uploaded or imported already.`, {
    hint: 'Wait until some of them are ready, or delete those that nobody goes on with.',
    retryAfterSeconds: 60,
  });
}

/** Kept free on the disk of the server: PostgreSQL lives there too. */
const reserveBytes = 2 ** 30;

async function requireRoom(dataDir: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  if (sizeBytes + reserveBytes <= bavail * bsize) return;
  throw new AtollError('payload_too_large', 'The server has not enough free space for this image.', {
    hint: 'Free space in the data directory of Atoll, or import a smaller image.',
  });
}
