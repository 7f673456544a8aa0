import { findProject } from '#server/db/project-store.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { visibleProjects } from './effective-right.ts';

/**
 * The project of an id or slug, or null where there is none that the actor may know of. Whether a token carries
 * `project:read` does not matter here: its user knows the project.
 */
export async function findKnownProject(
  ctx: ActorContext,
  reference: string,
): Promise<ProjectContext['project'] | null> {
  const { actor } = ctx;
  const scopeless = actor.via.type === 'token' ? { ...actor, via: { ...actor.via, scopes: ['all'] } } : actor;
  const found = await findProject(ctx.app.db, reference, visibleProjects(scopeless, 'project:read'));
  return found && { id: found.id, slug: found.slug, name: found.name, state: found.state };
}
