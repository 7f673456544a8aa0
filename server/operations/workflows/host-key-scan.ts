import { z } from 'zod';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { finishHostKeyScan, getHostKeyScan } from '#server/db/host-key-scan-store.ts';
import type { AtollWorkflow } from './workflow-tools.ts';

const keysSchema = z.array(z.object({ type: z.string(), fingerprint: z.string() }));

/** Reads the host keys of a machine without signing in, for an admin to compare. Somebody waits for it: one short try. */
export const hostKeyScan: AtollWorkflow<OperationInput<'host-key.scan'>> = {
  kind: 'host-key.scan',
  version: 1,
  input: operationInput['host-key.scan'],
  direction: 'undoable',
  steps: [
    {
      name: 'read-keys',
      timeoutMs: 10_000,
      maxAttempts: 1,
      async run({ tools, input, signal, commit }) {
        const { address, port } = await getHostKeyScan(tools.db, { id: input.hostKeyScanId });
        const keys = keysSchema.parse(await tools.hosts.scanKeys({ host: address, port }, signal));
        await commit((tx) => finishHostKeyScan(tx, { id: input.hostKeyScanId }, { keys }));
        return undefined;
      },
    },
  ],
  async onFailed(tx, _operation, { hostKeyScanId }, problem) {
    await finishHostKeyScan(tx, { id: hostKeyScanId }, { error: problem.detail });
  },
};
