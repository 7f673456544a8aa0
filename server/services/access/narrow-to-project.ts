import type { ProjectScope } from '#server/db/scope.ts';
import type { ActorContext } from '../service-context.ts';
import { findKnownProject } from './find-known-project.ts';

interface View {
  scope: ProjectScope;
  includeSystem?: boolean;
}

/**
 * A view over many projects narrowed to the one of a filter; the view itself when no project was asked for. A project that the
 * actor does not know of gives an empty view: the answer is the same as for one that is not there.
 */
export async function narrowToProject(ctx: ActorContext, reference: string | undefined, view: View): Promise<View> {
  if (reference === undefined) return view;
  const project = await findKnownProject(ctx, reference);
  const seen = project && (view.scope === 'every-project' || view.scope.projectIds.includes(project.id));
  return { scope: { projectIds: seen ? [project.id] : [] } };
}
