import type { OperationKind } from '#server/contract/operation.ts';

/**
 * What services must know of workflows that only the worker can see. `registerWorkflows` compares it with the workflows
 * themselves, so the two cannot drift apart.
 */

/** Kinds whose input or steps have changed since their first version. */
const newerVersions: Partial<Record<OperationKind, number>> = {};

/** The version of the workflow that a new operation of this kind is for. */
export const currentVersion = (kind: OperationKind): number => newerVersions[kind] ?? 1;

/** Work that only goes forward: it cannot be cancelled, because what it has removed does not come back. */
const forwardOnlyKinds: ReadonlySet<OperationKind> = new Set([
  'instance.delete',
  'volume.delete',
  'image.delete',
  'project.delete',
  'host.remove',
  'container-image.remove',
]);

export const isForwardOnly = (kind: OperationKind): boolean => forwardOnlyKinds.has(kind);
