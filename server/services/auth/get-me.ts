import type { Me } from '#server/contract/identity.ts';
import { listProjects } from '#server/db/project-store.ts';
import { permissionsInProject, permissionsInSystem, visibleProjects } from '../access/effective-right.ts';
import type { ActorContext } from '../service-context.ts';

/** Projects in the switcher; whoever sees more finds them by search. */
const maxProjects = 200;

/** Who asks, what they may do with the cloud, and the projects they may know of. */
export async function getMe(ctx: ActorContext): Promise<Me> {
  const { actor } = ctx;
  const page = await listProjects(ctx.app.db, visibleProjects(actor, 'project:read'), {}, { limit: maxProjects });
  return {
    user: {
      id: actor.userId,
      email: actor.email,
      name: actor.name,
      role: actor.role,
      disabled: false,
      createdAt: actor.createdAt.toISOString(),
    },
    systemPermissions: permissionsInSystem(actor),
    projects: page.items.map(({ id, slug, name, state }) => ({
      id,
      slug,
      name,
      role: actor.memberships.find((each) => each.projectId === id)?.role ?? null,
      permissions: permissionsInProject(actor, id),
      state,
    })),
    via: actor.via.type,
    atoll: { version: ctx.app.version },
  };
}
