import type { OperationDetailRow } from '#server/db/operation-store.ts';
import { createEngine } from '#server/operations/engine/engine.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { allWorkflows } from '#server/operations/workflows/all-workflows.ts';
import { createLog } from '#server/platform/log.ts';
import type { AtollTestbed } from './atoll-testbed.ts';
import { driveOperation } from './drive-operation.ts';
import { type Admitted, admitInstance, type Place } from './instance-rows.ts';

const log = createLog({ process: 'test', level: 'silent' });

/** Runs an operation of Atoll's own workflows to its end, nothing waiting. */
export function driveInstance(
  bed: Pick<AtollTestbed, 'db' | 'tools'>,
  operationId: string,
): Promise<OperationDetailRow> {
  const settings = { backoffMs: () => 0, stuckBackoffMs: () => 0 };
  const workflows = registerWorkflows(allWorkflows);
  return driveOperation(createEngine({ db: bed.db, tools: bed.tools, log, settings, workflows }), operationId);
}

/** An instance that is there, made as the product makes it. Throws when it could not be made. */
export async function createInstance(
  bed: Place & Pick<AtollTestbed, 'tools'>,
  wanted: Parameters<typeof admitInstance>[1] = {},
): Promise<Admitted> {
  const admitted = await admitInstance(bed, wanted);
  const { state, error } = await driveInstance(bed, admitted.operationId);
  if (state !== 'succeeded') throw new Error(`The instance could not be made: ${error?.detail}`);
  return admitted;
}
