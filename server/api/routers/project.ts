import { projectApi } from '#server/contract/project.ts';
import { createProject } from '#server/services/project/create-project.ts';
import { getOwnProject, listVisibleProjects } from '#server/services/project/read-projects.ts';
import { setQuota } from '#server/services/project/set-quota.ts';
import { implement } from '../implement.ts';

export const projectHandlers = implement(projectApi, {
  list: (ctx, input) => listVisibleProjects(ctx, input),
  get: (ctx) => getOwnProject(ctx),
  create: (ctx, input) => createProject(ctx, input),
  setQuota: (ctx, input) => setQuota(ctx, input),
});
