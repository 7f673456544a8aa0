import { type Db, inTx } from '#server/db/client.ts';
import { findViolations } from '#server/db/invariants.ts';
import { requestCancel } from '#server/db/operation-journal-store.ts';
import type { OperationDetailRow } from '#server/db/operation-store.ts';
import { crashOnceAt } from '#server/operations/engine/crash-point.ts';
import { createEngine, type Engine } from '#server/operations/engine/engine.ts';
import type { Lease } from '#server/operations/engine/lease.ts';
import type { Workflow } from '#server/operations/engine/workflow.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { createLog } from '#server/platform/log.ts';
import { driveOperation, letTimePass } from './drive-operation.ts';
import { failing, HostCuts, InjectedFailure, runTwice, undoneTwice, withStep } from './workflow-harness-faults.ts';
import type { MatrixCase } from './workflow-matrix.ts';

/** How a workflow is tried: fresh rows and hosts for every case. */
export interface Scenario<Tools> {
  workflow: Workflow<unknown, Tools>;
  /** Steps that the input leaves out. */
  skipped?: readonly string[];
  /** Makes rows and host and enqueues one operation. Put `cuts.wrap` around every driver that the tools give out. */
  prepare(cuts: HostCuts): Promise<Prepared<Tools>>;
}

export interface Prepared<Tools> {
  db: Db;
  operationId: string;
  tools: Tools;
  /** Each answers sentences about what is not as it must be; empty is well. */
  isComplete(operation: OperationDetailRow): Promise<string[]>;
  isUndone(operation: OperationDetailRow): Promise<string[]>;
  /**
   * Always: rows against hosts (I3, I4; compare-hosts.ts) and what is not ours untouched (I8). What the database can tell by
   * itself (I1, I2, I5–I7) the harness asks.
   */
  invariants(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** No host makes so many calls in one step; a loop that never ends is a mistake of the harness. */
const mostCalls = 60;

/**
 * Runs one case of the crash matrix and answers what is wrong, in sentences:
 * `it.each(matrixCases(scenario))('$title', async (one) => expect(await runMatrixCase(scenario, one)).toEqual([]))`.
 */
export async function runMatrixCase<Tools>(scenario: Scenario<Tools>, one: MatrixCase): Promise<string[]> {
  if (one.fault.type !== 'cut') return (await runOnce(scenario, one, null)).complaints;
  for (let at = 1; at <= mostCalls; at++) {
    const { complaints, happened } = await runOnce(scenario, one, at);
    if (complaints.length > 0) return complaints.map((complaint) => `call ${at}: ${complaint}`);
    if (!happened) return [];
  }
  return [`The step makes more than ${mostCalls} calls.`];
}

interface Once {
  complaints: string[];
  /** Whether the fault had its chance. */
  happened: boolean;
}

async function runOnce<Tools>(scenario: Scenario<Tools>, one: MatrixCase, cutAt: number | null): Promise<Once> {
  const cuts = new HostCuts();
  const prepared = await scenario.prepare(cuts);
  try {
    const fault = injectFault(scenario, one, prepared, { cuts, cutAt });
    const operation = await driveOperation(fault.engine, prepared.operationId, { onClaim: fault.onClaim });
    const happened = fault.happened();
    const complaints = [
      ...(happened || cutAt !== null ? [] : ['The fault never happened.']),
      ...judgeJournal(operation, happened ? one.expect : 'complete'),
      ...(await (operation.state === 'succeeded' ? prepared.isComplete(operation) : prepared.isUndone(operation))),
      ...(await prepared.invariants()),
      ...(await findViolations(prepared.db)).map(({ invariant, message }) => `${invariant}: ${message}`),
    ];
    return { complaints, happened };
  } finally {
    await prepared.dispose();
  }
}

/** What the operation and its journal say when it is over. */
function judgeJournal(operation: OperationDetailRow, expect: MatrixCase['expect']): string[] {
  const { state, error } = operation;
  const complaints: string[] = [];
  const steps = operation.steps.map((step) => `${step.name} ${step.state}`).join(', ');
  const told = `${state} (${steps}; ${JSON.stringify(error)})`;
  const wanted = { complete: ['succeeded'], undone: ['failed', 'cancelled'], either: ['succeeded', 'cancelled'] }[
    expect
  ];
  if (!wanted.includes(state)) complaints.push(`It should be ${wanted.join(' or ')}, but is ${told}.`);
  if (operation.owner !== null || operation.leaseUntil !== null) complaints.push('It is over and still has an owner.');
  const open = operation.steps.filter((step) => ['running', 'undoing'].includes(step.state));
  if (open.length > 0) complaints.push(`It is over and has open steps: ${told}.`);
  if (state === 'succeeded' && operation.steps.some((step) => !['done', 'skipped'].includes(step.state)))
    complaints.push(`It succeeded with steps that are not done: ${told}.`);
  if (state !== 'succeeded' && !(error?.detail && error.hint && error.undone))
    complaints.push(`It does not say what failed, what was put back and what to do: ${told}.`);
  return complaints;
}

interface Fault<Tools> {
  engine: Engine<Tools>;
  onClaim?: (lease: Lease) => void;
  happened(): boolean;
}

function injectFault<Tools>(
  scenario: Scenario<Tools>,
  one: MatrixCase,
  prepared: Prepared<Tools>,
  host: { cuts: HostCuts; cutAt: number | null },
): Fault<Tools> {
  const { db, tools, operationId } = prepared;
  const { fault } = one;
  const { workflow } = scenario;
  const log = createLog({ process: 'harness', level: 'silent' });
  // Time is let pass by the harness, so nothing waits.
  const settings = { backoffMs: () => 0, stuckBackoffMs: () => 0, abortGraceMs: 500 };
  const engineOf = (changed: Workflow<unknown, Tools>, crash: (name: string) => void = () => undefined) =>
    createEngine({ db, tools, log, settings, crash, workflows: registerWorkflows([changed]) });
  const always = () => true;
  let calls = 0;

  switch (fault.type) {
    case 'none':
      return { engine: engineOf(workflow), happened: always };
    case 'fail': {
      const fails = failing(fault.when);
      const forwardOnly = workflow.direction === 'forward-only';
      // A delete fails once and then goes on; what can be undone fails for good.
      const changed = withStep(workflow, fault.step, (inner) => ({
        run: (context) => (forwardOnly && calls++ > 0 ? inner.run(context) : fails(inner).run(context)),
      }));
      return { engine: engineOf(changed), happened: always };
    }
    case 'run-twice':
      return { engine: engineOf(withStep(workflow, fault.step, runTwice)), happened: always };
    case 'die': {
      const crash = crashOnceAt(`${workflow.kind}.${fault.step}.${fault.point}`);
      return { engine: engineOf(workflow, crash), happened: () => crash.happened };
    }
    case 'cut': {
      const changed = withStep(workflow, fault.step, (inner) => ({
        async run(context) {
          if (calls++ === 0) host.cuts.arm({ at: host.cutAt ?? 1, when: fault.when });
          return inner.run(context).finally(() => host.cuts.disarm());
        },
      }));
      return { engine: engineOf(changed), happened: () => host.cuts.happened !== null };
    }
    case 'cancel': {
      let held: Lease | undefined;
      const changed = withStep(workflow, fault.step, (inner) => ({
        async run(context) {
          if (calls++ === 0) await inTx(db, (tx) => requestCancel(tx, operationId));
          held?.cancel();
          return inner.run(context);
        },
      }));
      return { engine: engineOf(changed), onClaim: (lease) => (held = lease), happened: () => calls > 0 };
    }
    case 'overtaken': {
      let held: Lease | undefined;
      const other = engineOf(workflow);
      const changed = withStep(workflow, fault.step, (inner) => ({
        async run(context) {
          if (calls++ > 0) return inner.run(context);
          const zombie = held;
          await letTimePass(db, operationId);
          await driveOperation(other, operationId);
          // Its clock tells a zombie that it was away too long, as soon as it looks (Lease.lost).
          zombie?.lose('it was away for too long');
          return inner.run(context);
        },
      }));
      return { engine: engineOf(changed), onClaim: (lease) => (held = lease), happened: () => calls > 0 };
    }
    case 'undo-twice':
      return { engine: engineOf(failingLast(scenario, withStep(workflow, fault.step, undoneTwice))), happened: always };
    case 'undo-fails': {
      const changed = withStep(workflow, fault.step, (inner) => ({
        async undo(context) {
          await inner.undo?.(context);
          // Four times: past the three tries after which it is stuck.
          if (calls++ < 4) throw new InjectedFailure('injected: the undo fails', 'unknown');
        },
      }));
      return { engine: engineOf(failingLast(scenario, changed)), happened: () => calls > 4 };
    }
    case 'die-in-undo': {
      const crash = crashOnceAt(`${workflow.kind}.${fault.step}.${fault.point}`);
      return { engine: engineOf(failingLast(scenario, workflow), crash), happened: () => crash.happened };
    }
  }
}

/** The last step fails after its work, so that every undo is needed. */
function failingLast<Tools>(
  { skipped }: Scenario<Tools>,
  workflow: Workflow<unknown, Tools>,
): Workflow<unknown, Tools> {
  const last = workflow.steps.findLast((step) => !skipped?.includes(step.name));
  return last ? withStep(workflow, last.name, failing('after')) : workflow;
}
