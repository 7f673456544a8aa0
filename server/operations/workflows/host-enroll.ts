import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { getHost, updateHost } from '#server/db/host-store.ts';
import { recordHostEvent } from './host/host-event.ts';
import { inspectStep, takeInStep } from './host/inspect-step.ts';
import type { AtollWorkflow } from './workflow-tools.ts';

/** Looks at a new host, makes its storage pool where it is missing, and takes it in. What runs on it is not touched. */
export const hostEnroll: AtollWorkflow<OperationInput<'host.enroll'>> = {
  kind: 'host.enroll',
  version: 1,
  input: operationInput['host.enroll'],
  direction: 'undoable',
  steps: [inspectStep, takeInStep],
  async onSucceeded(tx, operation) {
    await recordHostEvent(tx, operation, { type: 'host.added', message: 'It was added.' });
    return undefined;
  },
  async onFailed(tx, operation, { hostId }, problem) {
    const { state } = await getHost(tx, { id: hostId });
    if (state !== 'quarantined') await updateHost(tx, { id: hostId }, { state: 'failed', stateReason: problem.detail });
    const message = `It could not be added. ${problem.detail}`;
    await recordHostEvent(tx, operation, { type: 'host.add_failed', message, severity: 'error' });
  },
};
