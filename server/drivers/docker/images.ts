import { Readable } from 'node:stream';
import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import type { DockerRequest } from '#server/transport/docker-http/docker-request.ts';
import { type ProgressMessage, readProgress } from '#server/transport/docker-http/read-progress.ts';
import { withDeadline } from '#server/transport/with-deadline.ts';
import { DriverError, type HostImage, type ImageSource, type ProgressOption } from '../driver.ts';
import { containerListSchema, imageListSchema, imageSchema } from './answers.ts';
import { type Call, type DockerEngine, hasStatus } from './docker-engine.ts';
import { dockerFailure } from './docker-failure.ts';
import { splitImageRef } from './image-ref.ts';
import { PullProgress } from './pull-progress.ts';

/** Pulls an image unless the host has it; answers the reference that containers name. */
export async function ensureImage(
  engine: DockerEngine,
  call: Call,
  image: ImageSource,
  { onProgress }: ProgressOption,
): Promise<{ ref: string }> {
  if (image.kind !== 'container') {
    throw new DriverError('validation_failed', 'Docker takes container images only.', { outcome: 'not_done' });
  }
  const { ref, auth } = image;
  if (await engine.find(call, imageSchema, dockerPath`/images/${ref}/json`)) return { ref };
  const { name, tag, registry } = splitImageRef(ref);
  const progress = new PullProgress(onProgress);
  await transfer(
    engine,
    call,
    {
      method: 'POST',
      path: dockerPath`/images/create`,
      query: { fromImage: name, tag },
      // Bound to the registry of this very image: Docker sends it nowhere else.
      ...(auth && { registryAuth: { ...auth, serveraddress: registry } }),
    },
    (message) => progress.add(message),
  );
  return { ref };
}

/** Loads a `docker save` tar; answers the names of the images in it, or their ids where they have none. */
export async function loadImage(
  engine: DockerEngine,
  call: Call,
  tar: AsyncIterable<Uint8Array>,
): Promise<{ refs: string[] }> {
  const refs: string[] = [];
  const request: DockerRequest = { method: 'POST', path: dockerPath`/images/load`, tar: Readable.from(tar) };
  await transfer(engine, call, request, ({ stream }) => {
    const loaded = /^Loaded image(?: ID)?: (\S+)/.exec(stream ?? '')?.[1];
    if (loaded) refs.push(loaded);
  });
  if (refs.length > 0) return { refs };
  throw new DriverError('image_invalid', 'There is no container image in this tar file.', { outcome: 'not_done' });
}

export async function listImages(engine: DockerEngine, call: Call): Promise<HostImage[]> {
  const [images, containers] = await Promise.all([
    engine.get(call, imageListSchema, dockerPath`/images/json`),
    engine.get(call, containerListSchema, dockerPath`/containers/json`, { all: true }),
  ]);
  const used = new Set(containers.map(({ ImageID }) => ImageID));
  return images.map(({ Id, RepoTags, RepoDigests, Size, Created }) => {
    const tags = named(RepoTags);
    return {
      id: Id,
      refs: tags.length > 0 ? tags : named(RepoDigests),
      sizeBytes: Size,
      createdAt: Created > 0 ? new Date(Created * 1000).toISOString() : null,
      inUse: used.has(Id),
    };
  });
}

/** Removes an image with all of its names. @throws DriverError `in_use` while a container, even a stopped one, has it. */
export async function removeImage(engine: DockerEngine, call: Call, id: string): Promise<void> {
  const image = await engine.find(call, imageSchema, dockerPath`/images/${id}/json`);
  if (!image) return;
  const tags = named(image.RepoTags);
  try {
    // By its id Docker removes only an image with a single name; with the last name the image goes as well.
    for (const name of tags.length > 0 ? tags : [image.Id]) await engine.delete(call, dockerPath`/images/${name}`);
    await engine.delete(call, dockerPath`/images/${image.Id}`);
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    throw new DriverError('in_use', 'A container still uses this image.', { outcome: 'not_done', cause: error });
  }
}

/** `<none>:<none>` is how Docker writes that there is no name. */
function named(refs: string[] | null | undefined): string[] {
  return (refs ?? []).filter((ref) => !ref.includes('<none>'));
}

/** Runs a call with a progress stream to its end, all within the deadline. */
async function transfer(
  engine: DockerEngine,
  call: Call,
  request: DockerRequest,
  onMessage: (message: ProgressMessage) => void,
): Promise<void> {
  const what = `${request.method} ${request.path}`;
  try {
    await withDeadline(what, call.limits, async (signal) => {
      const lines = await engine.client.stream(request, { timeoutMs: call.limits.timeoutMs, signal });
      await readProgress(lines, onMessage);
    });
  } catch (error) {
    throw dockerFailure(what, error);
  }
}
