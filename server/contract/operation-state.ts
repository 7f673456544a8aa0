/** pending → running → succeeded | undoing → failed | cancelled; stuck when even the undo cannot finish by itself. */
export const operationStates = ['pending', 'running', 'undoing', 'succeeded', 'failed', 'cancelled', 'stuck'] as const;
export type OperationState = (typeof operationStates)[number];

/** States that never change again. */
export const finalOperationStates: readonly OperationState[] = ['succeeded', 'failed', 'cancelled'];

export const isDone = (state: OperationState): boolean => finalOperationStates.includes(state);

/** What may be asked of an operation in each state. */
export const operationCan = {
  cancel: ['pending', 'running'],
  retry: ['failed', 'cancelled', 'stuck'],
} as const satisfies Record<string, readonly OperationState[]>;
