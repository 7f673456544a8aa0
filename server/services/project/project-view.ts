import type { Project } from '#server/contract/project.ts';
import type { ProjectRow } from '#server/db/project-store.ts';
import type { Actor } from '../access/actor.ts';
import { permissionsInProject } from '../access/effective-right.ts';

/** A project as this actor sees it: with their role and what they may do in it. */
export function projectView(actor: Actor, row: ProjectRow): Project {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    state: row.state,
    role: actor.memberships.find((each) => each.projectId === row.id)?.role ?? null,
    permissions: permissionsInProject(actor, row.id),
    quota: row.quota,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}
