import { AtollError } from '#server/contract/errors.ts';
import { addHostBaseImage, listHostsWithBaseImage } from '#server/db/host-base-image-store.ts';
import type { ImageSource } from '#server/drivers/driver.ts';
import { imageFileExists, imagePath, readPieces } from '../image-file.ts';
import { type AtollContext, type AtollStep, callOptions } from '../workflow-tools.ts';
import { type InstanceTarget, instanceTarget } from './instance-target.ts';

/** An hour for a large image over a thin line; how far it is shows all the while. */
const transferMs = 3_600_000;

/** Sees to it that the host has the image, as a base volume by checksum or in the container engine. It stays there. */
export const fetchImage: AtollStep<{ instanceId: string }> = {
  name: 'fetch-image',
  weight: 6,
  timeoutMs: transferMs,
  light: true,
  async run(context) {
    const target = await instanceTarget(context);
    const image = await imageSource(context, target);
    if (image === null) return undefined;
    const { ref } = await target.driver.ensureImage(image, {
      ...callOptions(context, transferMs),
      onProgress: (done, total) => {
        if (total) context.progress((done / total) * 100);
      },
    });
    if (image.kind === 'vm') {
      context.commitWhenDone((tx) => addHostBaseImage(tx, { hostId: target.hostId, sha256: image.sha256 }));
    }
    return { ref };
  },
};

/** null: it boots from a disk of its own. */
async function imageSource(
  { tools }: AtollContext<{ instanceId: string }>,
  { spec, hostId, host }: InstanceTarget,
): Promise<ImageSource | null> {
  if (spec.kind === 'container') return { kind: 'container', ref: spec.imageRef };
  if (spec.image === null) return null;
  const path = imagePath(tools.dataDir, spec.image.sha256);
  if (!(await imageFileExists(path)) && !(await listHostsWithBaseImage(tools.db, spec.image.sha256)).includes(hostId)) {
    throw new AtollError('image_not_ready', 'The image was deleted before it reached the host.');
  }
  return { kind: 'vm', ...spec.image, storagePool: host.storagePool, open: () => readPieces(path) };
}
