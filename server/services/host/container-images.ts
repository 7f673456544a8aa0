import { AtollError } from '#server/contract/errors.ts';
import { containerImageRefSchema } from '#server/contract/instance.ts';
import { getHost } from '#server/db/host-store.ts';
import { newId } from '#server/platform/id.ts';
import { startWork } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { enqueueHostWork, type StartedHostWork } from './start-host-work.ts';

/** Pulls a container image to a host. Throws `not_found`, `validation_failed`. */
export async function pullContainerImage(
  ctx: ActorContext,
  input: { host: string; image: string },
): Promise<StartedHostWork> {
  const { host: hostId } = input;
  const parsed = containerImageRefSchema.safeParse(input.image);
  if (!parsed.success) {
    const message = parsed.error.issues[0]?.message ?? 'This is no reference of a container image.';
    throw new AtollError('validation_failed', message, { fields: [{ pointer: '/image', code: 'invalid', message }] });
  }
  const ref = parsed.data;
  return startImageWork(ctx, 'host.pullImage', hostId, ref, 'container-image.pull', { hostId, ref });
}

/** Removes a container image from a host. Throws `not_found`. */
export async function removeContainerImage(
  ctx: ActorContext,
  input: { host: string; image: string },
): Promise<StartedHostWork> {
  const { host: hostId, image: imageId } = input;
  return startImageWork(ctx, 'host.removeImage', hostId, imageId, 'container-image.remove', { hostId, imageId });
}

/** Loads a tar of container images that was uploaded; `file` is its name in the folder of uploads. Throws `not_found`. */
export async function loadContainerImage(
  ctx: ActorContext,
  input: { host: string; file: string },
): Promise<StartedHostWork> {
  const { host: hostId, file } = input;
  return startImageWork(ctx, 'host.loadImage', hostId, 'tar', 'container-image.load', { hostId, path: file });
}

type ImageKind = 'container-image.pull' | 'container-image.remove' | 'container-image.load';

async function startImageWork<K extends ImageKind>(
  ctx: ActorContext,
  action: string,
  hostId: string,
  name: string,
  kind: K,
  input: Parameters<typeof enqueueHostWork<K>>[2]['input'],
): Promise<StartedHostWork> {
  const { id } = await getHost(ctx.app.db, { id: hostId });
  const what = { action, target: { type: 'host', id }, detail: { image: name } };
  return startWork(ctx, what, (tx) =>
    enqueueHostWork(tx, ctx, { kind, hostId, input, target: { type: 'container-image', id: newId(), name } }),
  );
}
