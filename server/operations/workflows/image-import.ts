import { rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import { maxImageBytes } from '#server/contract/image.ts';
import { imageFormats } from '#server/contract/image-state.ts';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { getImage, type ImageRow, isImageFileShared, updateImage } from '#server/db/image-store.ts';
import { inspectImageFile } from '#server/platform/image-inspect/inspect-image-file.ts';
import { downloadFile } from '#server/platform/outbound-http/download-file.ts';
import { imageFileExists, imagePath, importPath } from './image-file.ts';
import type { AtollContext, AtollStep, AtollWorkflow } from './workflow-tools.ts';

type Input = OperationInput<'image.import'>;
type Context = AtollContext<Input>;

/** Six hours: 1 TiB at 50 MB/s. A line that falls silent is noticed after 30 s. */
const downloadMs = 6 * 3_600_000;

const downloadedSchema = z.object({ sizeBytes: z.number(), sha256: z.string(), sha512: z.string() });
const inspectedSchema = z.object({ format: z.enum(imageFormats), virtualSizeBytes: z.number() });

const imageOf = ({ tools, input }: Context): Promise<ImageRow> =>
  getImage(tools.db, { id: input.imageId, scope: 'every-project', includePublic: true });

const download: AtollStep<Input> = {
  name: 'download',
  weight: 20,
  timeoutMs: downloadMs,
  async run(context) {
    const { sourceUrl } = await imageOf(context);
    if (sourceUrl === null) throw new AtollError('download_failed', 'The image has no address to import it from.');
    return {
      ...(await downloadFile(sourceUrl, importPath(context.tools.dataDir, context.input.imageId), {
        policy: await context.tools.urlPolicy(),
        signal: context.signal,
        maxBytes: maxImageBytes,
        onProgress: (done, total) => {
          if (total) context.progress((done / total) * 100);
        },
      })),
    };
  },
  async undo({ tools, input }) {
    await rm(importPath(tools.dataDir, input.imageId), { force: true });
  },
};

const compareChecksum: AtollStep<Input> = {
  name: 'compare-checksum',
  timeoutMs: 15_000,
  async run(context) {
    const { expectedSha256, expectedSha512 } = await imageOf(context);
    const { sha256, sha512 } = downloadedSchema.parse(context.outputs.download);
    for (const [name, expected, actual] of [
      ['SHA-256', expectedSha256, sha256],
      ['SHA-512', expectedSha512, sha512],
    ]) {
      if (expected === null || expected === actual) continue;
      throw new AtollError('checksum_mismatch', `The ${name} of the file is ${actual}, not ${expected}.`);
    }
    return undefined;
  },
};

const inspect: AtollStep<Input> = {
  name: 'inspect',
  timeoutMs: 60_000,
  async run({ tools, input, outputs }) {
    const { format, virtualSizeBytes } = await inspectImageFile(
      await whereItLies(tools.dataDir, input.imageId, outputs),
    );
    return { format, virtualSizeBytes };
  },
};

/** From here on the bytes are found by their checksum and never change. The row tells first whose they are. */
const keep: AtollStep<Input> = {
  name: 'keep',
  timeoutMs: 60_000,
  async run({ tools, input, outputs, operation, commit }) {
    const { sizeBytes, sha256 } = downloadedSchema.parse(outputs.download);
    const facts = inspectedSchema.parse(outputs.inspect);
    const ref = { id: input.imageId, projectId: operation.projectId };
    await commit((tx) => updateImage(tx, ref, { sizeBytes, sha256, ...facts }));
    const partial = importPath(tools.dataDir, input.imageId);
    if (await imageFileExists(partial)) await rename(partial, imagePath(tools.dataDir, sha256));
    return undefined;
  },
  async undo({ tools, input, outputs }) {
    const { sha256 } = downloadedSchema.parse(outputs.download);
    if (await isImageFileShared(tools.db, { id: input.imageId, sha256 })) return;
    await rm(imagePath(tools.dataDir, sha256), { force: true });
  },
};

async function whereItLies(dataDir: string, imageId: string, outputs: Context['outputs']): Promise<string> {
  const partial = importPath(dataDir, imageId);
  if (await imageFileExists(partial)) return partial;
  return imagePath(dataDir, downloadedSchema.parse(outputs.download).sha256);
}

/** Downloads an image from the public internet, compares, inspects and keeps it. */
export const imageImport: AtollWorkflow<Input> = {
  kind: 'image.import',
  version: 1,
  input: operationInput['image.import'],
  direction: 'undoable',
  steps: [download, compareChecksum, inspect, keep],
  async onSucceeded(tx, operation, { imageId }) {
    await updateImage(tx, { id: imageId, projectId: operation.projectId }, { state: 'ready', stateReason: null });
    return undefined;
  },
  async onFailed(tx, operation, { imageId }, problem) {
    const { projectId } = operation;
    const image = await updateImage(tx, { id: imageId, projectId }, { state: 'failed', stateReason: problem.detail });
    await appendEvent(tx, {
      projectId,
      type: 'image.import_failed',
      target: { type: 'image', id: imageId, name: image.name },
      severity: 'error',
      message: `It could not be imported. ${problem.detail}`,
      params: { code: problem.code, detail: problem.detail },
    });
  },
};
