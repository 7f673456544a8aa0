import { AtollError } from '#server/contract/errors.ts';
import type { OperationKind } from '#server/contract/operation.ts';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { findLiveOperation } from '#server/db/operation-store.ts';
import { deleteProject, listProjectRemains } from '#server/db/project-delete-store.ts';
import { imageDelete } from './image-delete.ts';
import { instanceDelete } from './instance-delete.ts';
import { volumeDelete } from './volume-delete.ts';
import type { AtollContext, AtollStep, AtollWorkflow } from './workflow-tools.ts';

type Input = OperationInput<'project.delete'>;
type Context = AtollContext<Input>;
type Remains = Awaited<ReturnType<typeof listProjectRemains>>;

/** Long enough for a project of some hundred instances; what is gone by then stays gone, and the next try goes on. */
const stepTimeoutMs = 30 * 60_000;

/**
 * Does all of another workflow for one thing of the project, as part of this operation: its steps on the host, then its end in
 * the database, in a transaction under the fence of this operation. Its steps are idempotent, so a crash in between costs nothing.
 */
async function runInline<I extends Record<string, unknown>>(
  context: Context,
  workflow: AtollWorkflow<I>,
  target: { type: string; id: string },
  input: I,
): Promise<void> {
  const operation = { ...context.operation, kind: workflow.kind satisfies OperationKind };
  Object.assign(operation, { targetType: target.type, targetId: target.id });
  const inner: AtollContext<I> = {
    ...context,
    // Not copied: each reading looks at the lease anew.
    get signal() {
      return context.signal;
    },
    operation,
    input,
  };
  for (const step of workflow.steps) if (step.when?.(input) !== false) await step.run(inner);
  await context.commit(async (tx) => {
    await workflow.onSucceeded?.(tx, operation, input);
  });
}

const deleteOne: Record<keyof Remains, (context: Context, id: string) => Promise<void>> = {
  instances: (context, instanceId) =>
    runInline(context, instanceDelete, { type: 'instance', id: instanceId }, { instanceId, keepVolumes: false }),
  volumes: (context, volumeId) => runInline(context, volumeDelete, { type: 'volume', id: volumeId }, { volumeId }),
  images: (context, imageId) => runInline(context, imageDelete, { type: 'image', id: imageId }, { imageId }),
};

/**
 * Deletes every thing of one kind that is left; answers how many. One whose host does not answer does not keep the others:
 * the first failure is thrown in the end.
 */
async function empty(context: Context, kind: keyof Remains): Promise<number> {
  const { projectId } = context.input;
  const ids = (await listProjectRemains(context.tools.db, { projectId }))[kind];
  const failures: unknown[] = [];
  for (const [index, id] of ids.entries()) {
    context.signal.throwIfAborted();
    try {
      await requireIdle(context, id);
      await deleteOne[kind](context, id);
    } catch (error) {
      context.signal.throwIfAborted();
      failures.push(error);
      context.log('warn', `${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
    context.progress(Math.floor(((index + 1) * 100) / ids.length), `${index + 1} / ${ids.length}`);
  }
  if (failures.length > 0) throw failures[0];
  return ids.length;
}

/** Work that was admitted just before the project was shut is let finish first. */
async function requireIdle(context: Context, targetId: string): Promise<void> {
  const live = await findLiveOperation(context.tools.db, { projectId: context.input.projectId, targetId });
  if (!live) return;
  throw new AtollError('state_conflict', `“${live.targetName}” is busy: ${live.kind} is ${live.state}.`, {
    retryAfterSeconds: 5,
  });
}

const emptying = (name: string, kind: keyof Remains, weight: number): AtollStep<Input> => ({
  name,
  weight,
  timeoutMs: stepTimeoutMs,
  run: async (context) => ({ deleted: await empty(context, kind) }),
});

const removeProject: AtollStep<Input> = {
  name: 'remove-project',
  timeoutMs: stepTimeoutMs,
  async run(context) {
    // What was admitted just before the project was shut has come since the steps before.
    for (const kind of ['instances', 'volumes', 'images'] as const) await empty(context, kind);
    const { projectId } = context.input;
    await context.commit((tx) => deleteProject(tx, { projectId, operationId: context.operation.id }));
    return undefined;
  },
};

/** Deletes a project with everything in it. Forward only, and repeatable: each try goes on with what is left. */
export const projectDelete: AtollWorkflow<Input> = {
  kind: 'project.delete',
  version: 1,
  input: operationInput['project.delete'],
  direction: 'forward-only',
  steps: [
    emptying('delete-instances', 'instances', 4),
    emptying('delete-volumes', 'volumes', 1),
    emptying('delete-images', 'images', 1),
    removeProject,
  ],
};
