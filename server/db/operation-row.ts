import type { OperationKind, Problem } from '#server/contract/operation.ts';
import type { OperationState } from '#server/contract/operation-state.ts';
import { Prisma } from './generated/client.ts';

/** Durable work as the database holds it. `fence` grows with every claim: writes of an older holder are refused. */
export interface OperationRow {
  id: string;
  /** null: work of the system, such as adding a host. */
  projectId: string | null;
  kind: OperationKind;
  workflowVersion: number;
  targetType: string;
  targetId: string;
  targetName: string;
  hostId: string | null;
  state: OperationState;
  step: string | null;
  percent: number;
  /** Smaller runs first. */
  priority: number;
  runAfter: Date;
  /** The worker that holds the lease, and until when (by the clock of the database). */
  owner: string | null;
  leaseUntil: Date | null;
  fence: number;
  attempts: number;
  input: unknown;
  result: Record<string, unknown> | null;
  error: Problem | null;
  cancelRequested: Date | null;
  retryOfId: string | null;
  requestId: string | null;
  createdById: string | null;
  createdByName: string | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  version: number;
}

export type OperationStepState = 'pending' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'skipped';

export interface OperationStepRow {
  seq: number;
  name: string;
  state: OperationStepState;
  attempts: number;
  output: Record<string, unknown> | null;
  message: string | null;
  fence: number;
  startedAt: Date | null;
  endedAt: Date | null;
}

export interface OperationDetailRow extends OperationRow {
  steps: OperationStepRow[];
}

/** States in which an operation holds its target. The partial unique index operation_live_target says the same. */
export const liveOperationStates = ['pending', 'running', 'undoing', 'stuck'] as const;

/** Columns of {@link OperationRow} of the table alias `o`. BIGINT goes through float8, exact up to 2^53. */
export const operationColumns = Prisma.sql`
  o.id, o.project_id AS "projectId", o.kind, o.workflow_version AS "workflowVersion", o.target_type AS "targetType",
  o.target_id AS "targetId", o.target_name AS "targetName", o.host_id AS "hostId", o.state, o.step, o.percent,
  o.priority, o.run_after AS "runAfter", o.owner, o.lease_until AS "leaseUntil", o.fence::float8 AS fence, o.attempts,
  o.input, o.result, o.error, o.cancel_requested_at AS "cancelRequested", o.retry_of_id AS "retryOfId",
  o.request_id AS "requestId", o.created_by_id AS "createdById", o.created_by_name AS "createdByName",
  o.created_at AS "createdAt", o.started_at AS "startedAt", o.ended_at AS "endedAt", o.version`;

/** Columns of {@link OperationStepRow} of the table alias `s`. */
export const operationStepColumns = Prisma.sql`
  s.seq, s.name, s.state, s.attempts, s.output, s.message, s.fence::float8 AS fence,
  s.started_at AS "startedAt", s.ended_at AS "endedAt"`;
