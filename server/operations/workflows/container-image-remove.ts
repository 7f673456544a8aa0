import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { type AtollWorkflow, callOptions } from './workflow-tools.ts';

/** Removes a container image from a host. */
export const containerImageRemove: AtollWorkflow<OperationInput<'container-image.remove'>> = {
  kind: 'container-image.remove',
  version: 1,
  input: operationInput['container-image.remove'],
  direction: 'forward-only',
  steps: [
    {
      name: 'remove-image',
      timeoutMs: 120_000,
      async run(context) {
        const driver = await context.tools.hosts.driver(context.input.hostId, 'docker');
        await driver.removeImage(context.input.imageId, callOptions(context, 90_000));
        context.tools.hosts.refresh(context.input.hostId);
        return undefined;
      },
    },
  ],
};
