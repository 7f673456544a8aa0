import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { deleteHost } from '#server/db/host-store.ts';
import { deleteSecrets } from '#server/db/sealed-secret-store.ts';
import { recordHostEvent } from './host/host-event.ts';
import type { AtollWorkflow } from './workflow-tools.ts';

/** Forgets a host and its credentials. Nothing is sent to it: what runs there runs on. */
export const hostRemove: AtollWorkflow<OperationInput<'host.remove'>> = {
  kind: 'host.remove',
  version: 1,
  input: operationInput['host.remove'],
  direction: 'forward-only',
  steps: [
    {
      name: 'disconnect',
      timeoutMs: 15_000,
      async run({ tools, input }) {
        tools.hosts.refresh(input.hostId);
        return undefined;
      },
    },
  ],
  async onSucceeded(tx, operation, { hostId }) {
    await recordHostEvent(tx, operation, { type: 'host.removed', message: 'It was removed.' });
    await deleteSecrets(tx, { ownerType: 'host', ownerId: hostId });
    await deleteHost(tx, { id: hostId });
    return undefined;
  },
};
