import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { readPieces } from './image-file.ts';
import { type AtollWorkflow, callOptions } from './workflow-tools.ts';

const loadMs = 3_600_000;

/** An upload is named by its file alone: no path leads out of the folder of uploads. */
const uploadPath = (dataDir: string, path: string): string => join(dataDir, 'uploads', basename(path));

/** Loads container images from an uploaded tar into the engine of a host, then deletes the tar. */
export const containerImageLoad: AtollWorkflow<OperationInput<'container-image.load'>> = {
  kind: 'container-image.load',
  version: 1,
  input: operationInput['container-image.load'],
  direction: 'undoable',
  steps: [
    {
      name: 'load',
      weight: 9,
      timeoutMs: loadMs,
      async run(context) {
        const { tools, input } = context;
        const driver = await tools.hosts.driver(input.hostId, 'docker');
        const tar = readPieces(uploadPath(tools.dataDir, input.path));
        const { refs } = await driver.loadImage(tar, callOptions(context, loadMs));
        tools.hosts.refresh(input.hostId);
        return { refs };
      },
      async undo({ tools, input }) {
        await rm(uploadPath(tools.dataDir, input.path), { force: true });
      },
    },
    {
      name: 'delete-upload',
      timeoutMs: 15_000,
      async run({ tools, input }) {
        await rm(uploadPath(tools.dataDir, input.path), { force: true });
        return undefined;
      },
    },
  ],
};
