import type { Operation } from '#server/contract/operation.ts';
import { isDone } from '#server/contract/operation-state.ts';
import type { OperationRow, OperationStepRow } from '#server/db/operation-store.ts';

/** An operation as people see it: its input, owner and fence stay inside. */
export function operationView(row: OperationRow & { steps?: readonly OperationStepRow[] }): Operation {
  return {
    id: row.id,
    projectId: row.projectId,
    kind: row.kind,
    target: { type: row.targetType, id: row.targetId, name: row.targetName },
    state: row.state,
    done: isDone(row.state),
    progress: { percent: row.percent, step: row.step },
    steps: (row.steps ?? []).map((step) => ({
      name: step.name,
      state: step.state,
      attempts: step.attempts,
      startedAt: step.startedAt?.toISOString() ?? null,
      endedAt: step.endedAt?.toISOString() ?? null,
      message: step.message,
    })),
    error: row.error,
    result: row.result,
    createdBy: row.createdById === null ? null : { id: row.createdById, name: row.createdByName ?? row.createdById },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    version: row.version,
  };
}
