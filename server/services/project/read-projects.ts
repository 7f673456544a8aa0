import type { Project } from '#server/contract/project.ts';
import { getProject, listProjects } from '#server/db/project-store.ts';
import { visibleProjects } from '../access/effective-right.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { projectView } from './project-view.ts';

/** The projects that the actor may read, by slug. */
export async function listVisibleProjects(ctx: ActorContext, input: ListInput & { search?: string | undefined }) {
  const { search } = input;
  const scope = visibleProjects(ctx.actor, 'project:read');
  return pageOfList(
    ctx,
    ['projects', search],
    input,
    (page) => listProjects(ctx.app.db, scope, { search }, page),
    (row) => projectView(ctx.actor, row),
  );
}

/** The project of the context. */
export async function getOwnProject(ctx: ProjectContext): Promise<Project> {
  return projectView(ctx.actor, await getProject(ctx.app.db, { id: ctx.project.id }));
}
