import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { listImagesInState } from '#server/db/image-store.ts';
import { listOpenInputs } from '#server/db/operation-store.ts';
import { failAbandonedUpload, listAbandonedUploads, listWrittenUploads } from '#server/db/upload-store.ts';
import type { Log } from '#server/platform/log.ts';
import type { TimedJob } from '../engine/alarm-clock.ts';

/** A weekend's upload over a thin line pauses at night; who has not come back for a day does not. */
const idleHours = 24;
/** A file younger than this may belong to a row that is being written at this moment. */
const settledMs = 3_600_000;

const reason = `Nobody went on with the upload for ${idleHours} hours. Create the image again to upload it.`;

interface Sweep {
  db: Db;
  log: Log;
  dataDir: string;
}

/**
 * Clears away, every hour, what interrupted uploads and imports leave in the data directory: an upload that nobody goes on with
 * fails with the reason and its bytes go; so do bytes of images that are gone, and tars of container images that no
 * operation waits for. Only names that Atoll gives are looked at.
 */
export const uploadSweep = (sweep: Sweep): TimedJob => ({
  name: 'upload-sweep',
  cron: '13 * * * *',
  run: (signal) => sweepUploads(sweep, signal),
});

/** One round of {@link uploadSweep}. `now` is the time that the ages of files are measured by. */
export async function sweepUploads(sweep: Sweep, signal: AbortSignal, now = Date.now()): Promise<void> {
  const { db, dataDir } = sweep;
  for (const { id } of await listAbandonedUploads(db, idleHours)) await failUpload(sweep, id);
  signal.throwIfAborted();
  const uploads = await listWrittenUploads(db);
  const imports = new Set((await listImagesInState(db, 'importing')).map((image) => image.id));
  await sweepFolder(sweep, join(dataDir, 'images'), now - settledMs, (name) => {
    const [, kind, id = ''] = /^\.(upload|import)-([0-9a-f-]{36})$/.exec(name) ?? [];
    if (kind === undefined) return false;
    return !(kind === 'upload' ? uploads : imports).has(id);
  });
  signal.throwIfAborted();
  const awaited = new Set((await listOpenInputs(db, 'container-image.load')).map((input) => input.path));
  await sweepFolder(
    sweep,
    join(dataDir, 'uploads'),
    now - idleHours * 3_600_000,
    (name) => /^[0-9a-f-]{36}\.tar$/.test(name) && !awaited.has(name),
  );
}

/** The row first: whoever comes back now is told, instead of writing to a file that is gone. */
async function failUpload({ db, log }: Sweep, id: string): Promise<void> {
  await inTx(db, async (tx) => {
    const image = await failAbandonedUpload(tx, { id, idleHours }, reason);
    if (!image) return;
    await appendEvent(tx, {
      projectId: image.projectId,
      type: 'image.upload_abandoned',
      target: { type: 'image', id, name: image.name },
      severity: 'warn',
      message: reason,
      params: { hours: idleHours },
    });
    log.info({ imageId: id }, 'an abandoned upload has failed');
  });
}

async function sweepFolder(
  { log }: Sweep,
  folder: string,
  changedBefore: number,
  isLeftOver: (name: string) => boolean,
): Promise<void> {
  for (const name of (await readdir(folder)).filter(isLeftOver)) {
    const path = join(folder, name);
    // Gone already, when its own operation was faster.
    const found = await stat(path).catch(() => null);
    if (!found?.isFile() || found.mtimeMs > changedBefore) continue;
    await rm(path, { force: true });
    log.info({ path, sizeBytes: found.size }, 'what an upload left behind was removed');
  }
}
