import { type FileHandle, open } from 'node:fs/promises';
import { inTx } from '#server/db/client.ts';
import type { ImageRow } from '#server/db/image-store.ts';
import {
  claimUpload,
  releaseUpload,
  renewUpload,
  tellUpload,
  type UploadRef,
  writeMs,
} from '#server/db/upload-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { newId } from '#server/platform/id.ts';
import type { WebApp } from '../service-context.ts';
import { uploadPath } from './image-files.ts';

/** How often one says that it lives while it does something long without bytes coming. */
const renewEveryMs = 3_000;

/** The one request that writes the file of an upload, of all web processes; what it does throws once it is another's. */
export class UploadWriter {
  readonly #app: WebApp;
  readonly ref: UploadRef;
  #heardAt = monotonicMs();

  private constructor(app: WebApp, ref: UploadRef) {
    this.#app = app;
    this.ref = ref;
  }

  /** Takes the upload that stands at byte `offset`. Throws `state_conflict` when another request writes it. */
  static async claim(app: WebApp, { id, projectId }: ImageRow, offset: number): Promise<UploadWriter> {
    const writer = new UploadWriter(app, { id, projectId, holder: newId() });
    await claimUpload(app.db, writer.ref, offset);
    return writer;
  }

  /** Opens the file; what lies beyond the offset was written but never counted, and is cut off. */
  async open(offset: number): Promise<FileHandle> {
    const file = await open(uploadPath(this.#app.dataDir, this.ref.id), offset === 0 ? 'w' : 'r+', 0o600);
    await file.truncate(offset);
    return file;
  }

  /** Makes sure that the file is still ours to write: asks the database when it has not heard of us for a while. */
  async confirm(): Promise<void> {
    if (monotonicMs() - this.#heardAt < writeMs) return;
    const asked = monotonicMs();
    await renewUpload(this.#app.db, this.ref);
    this.#heardAt = asked;
  }

  /** Tells how far it is, to those who watch and to those who would take over. */
  async tell(receivedBytes: number): Promise<ImageRow> {
    const asked = monotonicMs();
    const row = await inTx(this.#app.db, (tx) => tellUpload(tx, this.ref, receivedBytes));
    this.#heardAt = asked;
    return row;
  }

  /** Says that we live for as long as `work` goes on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      renewUpload(this.#app.db, this.ref).catch((error: unknown) =>
        // Whoever really has lost it learns so when the image becomes ready.
        this.#app.log.warn({ err: error, imageId: this.ref.id }, 'an upload was not renewed'),
      );
    }, renewEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  release(): Promise<void> {
    return releaseUpload(this.#app.db, this.ref);
  }
}
