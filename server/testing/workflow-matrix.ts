import { type CrashPoint, crashPoints } from '#server/operations/engine/crash-point.ts';
import type { Workflow } from '#server/operations/engine/workflow.ts';

/** What is done to one step, and what must come of the operation, whoever goes on with it. */
export interface MatrixCase {
  /** Name of the test. */
  title: string;
  fault:
    | { type: 'none' }
    | { type: 'fail'; step: string; when: 'before' | 'after' }
    | { type: 'run-twice'; step: string }
    | { type: 'die'; step: string; point: CrashPoint }
    /** Every call that the step makes to a host, one after the other, in an operation of its own. */
    | { type: 'cut'; step: string; when: 'before' | 'after' }
    | { type: 'cancel'; step: string }
    /** The holder is overtaken while the step runs, and comes back. */
    | { type: 'overtaken'; step: string }
    | { type: 'undo-twice'; step: string }
    | { type: 'undo-fails'; step: string }
    | { type: 'die-in-undo'; step: string; point: CrashPoint };
  /** `either`: as the state of the operation says, but one of the two. */
  expect: 'complete' | 'undone' | 'either';
}

const forwardPoints = crashPoints.filter((point) => !point.startsWith('undo-'));
const undoPoints = crashPoints.filter((point) => point.startsWith('undo-'));

/**
 * The crash matrix of reliability.md over every step of a workflow that its input does not skip. A workflow without undo
 * must be complete in the end whatever happens; one with undo is complete after what can be repeated, and completely
 * undone after what cannot.
 */
export function matrixCases<Tools>(scenario: {
  workflow: Workflow<unknown, Tools>;
  /** Steps that the scenario's input leaves out. */
  skipped?: readonly string[];
}): MatrixCase[] {
  const undoable = scenario.workflow.direction === 'undoable';
  const steps = scenario.workflow.steps.filter((step) => !scenario.skipped?.includes(step.name));
  const given = undoable ? 'undone' : 'complete';
  const cases: MatrixCase[] = [{ title: 'nothing happens', fault: { type: 'none' }, expect: 'complete' }];
  for (const { name: step, undo, maxAttempts } of steps) {
    const repeated = maxAttempts === 1 ? given : 'complete';
    for (const when of ['before', 'after'] as const) {
      cases.push({ title: `${step} fails ${when} its work`, fault: { type: 'fail', step, when }, expect: given });
      const title = `${step}: connection cut ${when} each call`;
      cases.push({ title, fault: { type: 'cut', step, when }, expect: repeated });
    }
    cases.push({ title: `${step} runs twice`, fault: { type: 'run-twice', step }, expect: 'complete' });
    for (const point of forwardPoints)
      cases.push({ title: `${step}: dies ${point}`, fault: { type: 'die', step, point }, expect: 'complete' });
    cases.push({ title: `${step}: overtaken`, fault: { type: 'overtaken', step }, expect: 'complete' });
    if (undoable) cases.push({ title: `${step}: cancelled`, fault: { type: 'cancel', step }, expect: 'either' });
    if (!undoable || !undo) continue;
    cases.push({ title: `${step}: undone twice`, fault: { type: 'undo-twice', step }, expect: 'undone' });
    cases.push({ title: `${step}: undo fails for long`, fault: { type: 'undo-fails', step }, expect: 'undone' });
    for (const point of undoPoints)
      cases.push({ title: `${step}: dies ${point}`, fault: { type: 'die-in-undo', step, point }, expect: 'undone' });
  }
  return cases;
}
