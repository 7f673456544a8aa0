import { instanceApi } from '#server/contract/instance-api.ts';
import { checkInstance } from '#server/services/instance/check-instance.ts';
import { createInstance } from '#server/services/instance/create-instance.ts';
import {
  deleteInstance,
  powerInstance,
  renameInstance,
  stopInstance,
} from '#server/services/instance/operate-instance.ts';
import { getProjectInstance, listProjectInstances } from '#server/services/instance/read-instances.ts';
import { implement } from '../implement.ts';

export const instanceHandlers = implement(instanceApi, {
  list: (ctx, input) => listProjectInstances(ctx, input),
  get: (ctx, input) => getProjectInstance(ctx, input),
  create: (ctx, input) => createInstance(ctx, input),
  check: (ctx, input) => checkInstance(ctx, input),
  start: (ctx, input) => powerInstance(ctx, 'start', input),
  stop: (ctx, input) => stopInstance(ctx, input),
  reboot: (ctx, input) => powerInstance(ctx, 'reboot', input),
  reset: (ctx, input) => powerInstance(ctx, 'reset', input),
  pause: (ctx, input) => powerInstance(ctx, 'pause', input),
  resume: (ctx, input) => powerInstance(ctx, 'resume', input),
  rename: (ctx, input) => renameInstance(ctx, input),
  delete: (ctx, input) => deleteInstance(ctx, input),
});
