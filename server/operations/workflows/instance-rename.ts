import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { recordInstanceEvent, recordInstanceFailure } from './instance/instance-event.ts';
import { inProjectOf, instanceTarget } from './instance/instance-target.ts';
import { type AtollWorkflow, callOptions } from './workflow-tools.ts';

/** The row has its new name since the request was admitted, which made sure of it; the host follows. */
export const instanceRename: AtollWorkflow<OperationInput<'instance.rename'>> = {
  kind: 'instance.rename',
  version: 1,
  input: operationInput['instance.rename'],
  direction: 'undoable',
  steps: [
    {
      name: 'rename-on-host',
      timeoutMs: 30_000,
      async run(context) {
        const { driver, ref } = await instanceTarget(context);
        await driver.rename(ref, context.input.name, callOptions(context));
        return undefined;
      },
      async undo(context) {
        const { driver, ref } = await instanceTarget(context);
        await driver.rename(ref, context.input.previousName, callOptions(context));
      },
    },
  ],
  async onSucceeded(tx, operation, { name, previousName }) {
    const message = `It was renamed from ${previousName} to ${name}.`;
    await recordInstanceEvent(tx, operation, { type: 'instance.renamed', message, params: { name, previousName } });
    return undefined;
  },
  async onFailed(tx, operation, { instanceId, previousName }, problem) {
    await updateInstance(tx, inProjectOf(operation, instanceId), { name: previousName });
    const message = 'It could not be renamed.';
    await recordInstanceFailure(tx, operation, { type: 'instance.rename_failed', message, problem });
  },
};
