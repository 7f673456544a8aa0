import type { Image } from '#server/contract/image.ts';
import type { ImageRow } from '#server/db/image-store.ts';

const gib = 2 ** 30;

/** An image as people see it. */
export function imageView(row: ImageRow): Image {
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    state: row.state,
    stateReason: row.stateReason,
    format: row.format,
    sizeBytes: row.sizeBytes,
    virtualSizeBytes: row.virtualSizeBytes,
    minDiskGiB: minDiskGiB(row),
    sha256: row.sha256,
    sourceUrl: row.sourceUrl,
    upload:
      row.state === 'uploading' && row.totalBytes !== null
        ? { receivedBytes: row.receivedBytes, totalBytes: row.totalBytes }
        : null,
    defaultUser: row.defaultUser,
    task: row.task,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

/** The smallest disk that holds the image; an ISO goes into the drive and needs none. */
export function minDiskGiB(row: Pick<ImageRow, 'format' | 'virtualSizeBytes'>): number | null {
  if (row.virtualSizeBytes === null) return null;
  return row.format === 'iso' ? 1 : Math.max(1, Math.ceil(row.virtualSizeBytes / gib));
}
