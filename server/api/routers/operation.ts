import { operationApi } from '#server/contract/operation.ts';
import { cancelVisibleOperation, retryVisibleOperation } from '#server/services/operation/manage-operation.ts';
import {
  getVisibleOperation,
  listVisibleOperationLog,
  listVisibleOperations,
} from '#server/services/operation/read-operations.ts';
import { implement } from '../implement.ts';

export const operationHandlers = implement(operationApi, {
  list: (ctx, input) => listVisibleOperations(ctx, input),
  get: (ctx, input) => getVisibleOperation(ctx, input),
  log: (ctx, input) => listVisibleOperationLog(ctx, input),
  cancel: (ctx, input) => cancelVisibleOperation(ctx, input),
  retry: (ctx, input) => retryVisibleOperation(ctx, input),
});
