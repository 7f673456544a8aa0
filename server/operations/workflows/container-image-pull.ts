import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { type AtollWorkflow, callOptions } from './workflow-tools.ts';

const pullMs = 3_600_000;

/** Pulls a container image to a host. It stays there: an image is a cache, and removing it is a verb of its own. */
export const containerImagePull: AtollWorkflow<OperationInput<'container-image.pull'>> = {
  kind: 'container-image.pull',
  version: 1,
  input: operationInput['container-image.pull'],
  direction: 'undoable',
  steps: [
    {
      name: 'pull',
      timeoutMs: pullMs,
      async run(context) {
        const { tools, input, progress } = context;
        const driver = await tools.hosts.driver(input.hostId, 'docker');
        const onProgress = (done: number, total: number | null): void => {
          if (total) progress((done / total) * 100);
        };
        const options = { ...callOptions(context, pullMs), onProgress };
        const { ref } = await driver.ensureImage({ kind: 'container', ref: input.ref }, options);
        tools.hosts.refresh(input.hostId);
        return { ref };
      },
    },
  ],
};
