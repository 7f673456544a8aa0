import { placementApi } from '#server/contract/placement.ts';
import { placementGroupApi } from '#server/contract/placement-group.ts';
import { explainForProject } from '#server/services/placement/explain-for-project.ts';
import { placementAdvice } from '#server/services/placement/placement-advice.ts';
import {
  changeGroup,
  createGroup,
  getProjectGroup,
  listProjectGroups,
  removeGroup,
} from '#server/services/placement-group/placement-groups.ts';
import { implement } from '../implement.ts';

export const placementHandlers = implement(placementApi, {
  explain: (ctx, input) => explainForProject(ctx, input),
  advice: (ctx, input) => placementAdvice(ctx, input),
});

export const placementGroupHandlers = implement(placementGroupApi, {
  list: (ctx, input) => listProjectGroups(ctx, input),
  get: (ctx, input) => getProjectGroup(ctx, input),
  create: (ctx, input) => createGroup(ctx, input),
  update: (ctx, input) => changeGroup(ctx, input),
  delete: (ctx, input) => removeGroup(ctx, input),
});
