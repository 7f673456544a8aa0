import { projectRolePermissions } from '#server/contract/permissions.ts';
import type { Project } from '#server/contract/project.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { insertProject } from '#server/db/project-store.ts';
import { getUser } from '#server/db/user-store.ts';
import { newId } from '#server/platform/id.ts';
import type { ActorMembership } from '../access/actor.ts';
import { change } from '../change.ts';
import { quotaOfNewProject } from '../quota/quota-defaults.ts';
import type { ActorContext } from '../service-context.ts';
import { freeSlug } from './free-slug.ts';
import { projectView } from './project-view.ts';

/** Makes a project with its owner and quota. Throws `name_taken` for a slug that was asked for, `not_found` for the owner. */
export async function createProject(
  ctx: ActorContext,
  input: {
    name: string;
    slug?: string | undefined;
    quota?: Partial<Record<QuotaResource, number | undefined>> | undefined;
    ownerId?: string | undefined;
    description?: string;
  },
): Promise<Project> {
  const id = newId();
  const ownerId = input.ownerId ?? ctx.actor.userId;
  const what = { action: 'project.create', projectId: id, target: { type: 'project', id }, detail: { ownerId } };
  return change(ctx, what, async (tx) => {
    await getUser(tx, { id: ownerId });
    const slug = input.slug ?? (await freeSlug(tx, [input.name]));
    const quota = await quotaOfNewProject(tx, input.quota);
    const row = await insertProject(tx, { id, slug, name: input.name, description: input.description, quota, ownerId });
    const membership: ActorMembership = {
      projectId: id,
      slug,
      name: input.name,
      state: 'active',
      role: 'owner',
      customRole: null,
      permissions: projectRolePermissions.owner,
    };
    const owns = ownerId === ctx.actor.userId;
    const actor = owns ? { ...ctx.actor, memberships: [...ctx.actor.memberships, membership] } : ctx.actor;
    return projectView(actor, row);
  });
}
