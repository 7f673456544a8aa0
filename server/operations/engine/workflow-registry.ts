import type { OperationKind } from '#server/contract/operation.ts';
import type { Workflow } from './workflow.ts';
import { currentVersion, isForwardOnly } from './workflow-versions.ts';

/** The workflows that a worker can run, by kind and version. */
export interface WorkflowRegistry<Tools> {
  find(kind: OperationKind, version: number): Workflow<unknown, Tools> | undefined;
  /** `kind version` of each, as the claim asks for them. */
  readonly names: readonly string[];
}

const nameOf = (kind: OperationKind, version: number): string => `${kind} ${version}`;

/** Throws where two workflows are the same, a step's name is used twice, or workflow-versions.ts says something else. */
export function registerWorkflows<Tools>(workflows: readonly Workflow<unknown, Tools>[]): WorkflowRegistry<Tools> {
  const byName = new Map<string, Workflow<unknown, Tools>>();
  for (const workflow of workflows) {
    const name = nameOf(workflow.kind, workflow.version);
    if (byName.has(name)) throw new Error(`There are two workflows "${name}".`);
    byName.set(name, workflow);
    if (new Set(workflow.steps.map((step) => step.name)).size !== workflow.steps.length)
      throw new Error(`Two steps of "${name}" have the same name.`);
    const forwardOnly = workflow.direction === 'forward-only';
    if (forwardOnly !== isForwardOnly(workflow.kind))
      throw new Error(`"${name}" is ${workflow.direction}; workflow-versions.ts says otherwise.`);
    if (forwardOnly && workflow.steps.some((step) => step.undo))
      throw new Error(`"${name}" is forward-only, with an undo.`);
  }
  for (const { kind } of workflows)
    if (!byName.has(nameOf(kind, currentVersion(kind))))
      throw new Error(`There is no workflow "${nameOf(kind, currentVersion(kind))}" as workflow-versions.ts says.`);
  return { find: (kind, version) => byName.get(nameOf(kind, version)), names: [...byName.keys()] };
}
