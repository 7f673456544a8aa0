import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { getHost, updateHost } from '#server/db/host-store.ts';
import { inspectStep, takeInStep } from './host/inspect-step.ts';
import type { AtollWorkflow } from './workflow-tools.ts';

/** The host doctor: looks again. A host that was lost, or whose new key was confirmed, is back when it answers. */
export const hostInspect: AtollWorkflow<OperationInput<'host.inspect'>> = {
  kind: 'host.inspect',
  version: 1,
  input: operationInput['host.inspect'],
  direction: 'undoable',
  steps: [inspectStep, takeInStep],
  async onFailed(tx, _operation, { hostId }, problem) {
    const { state } = await getHost(tx, { id: hostId });
    // Its new key was confirmed; from here on the reconcilers go on trying.
    if (state === 'enrolling')
      await updateHost(tx, { id: hostId }, { state: 'unreachable', stateReason: problem.detail });
  },
};
