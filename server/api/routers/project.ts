import { projectApi } from '#server/contract/project.ts';
import { deleteWholeProject, renameProject, setArchived } from '#server/services/project/change-project.ts';
import { createProject } from '#server/services/project/create-project.ts';
import { getProjectContents } from '#server/services/project/project-contents.ts';
import { getOwnProject, listVisibleProjects } from '#server/services/project/read-projects.ts';
import { setQuota } from '#server/services/project/set-quota.ts';
import { transferProject } from '#server/services/project/transfer-project.ts';
import { implement } from '../implement.ts';

export const projectHandlers = implement(projectApi, {
  list: (ctx, input) => listVisibleProjects(ctx, input),
  get: (ctx) => getOwnProject(ctx),
  create: (ctx, input) => createProject(ctx, input),
  update: (ctx, input) => renameProject(ctx, input),
  archive: (ctx) => setArchived(ctx, true),
  unarchive: (ctx) => setArchived(ctx, false),
  contents: (ctx, input) => getProjectContents(ctx, input),
  delete: (ctx) => deleteWholeProject(ctx),
  transfer: (ctx, input) => transferProject(ctx, input),
  setQuota: (ctx, input) => setQuota(ctx, input),
});
