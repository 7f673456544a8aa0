import { Prisma } from './generated/client.ts';

/** A row of a project: both are always asked for, so that a row of another project is simply not found. */
export interface ProjectRef {
  projectId: string;
  id: string;
}

/** The projects whose rows a caller may see. `every-project` is for admins and auditors, and for the worker. */
export type ProjectScope = { projectIds: readonly string[] } | 'every-project';

/** The scope of one project. */
export const onlyProject = (projectId: string): ProjectScope => ({ projectIds: [projectId] });

/** SQL condition on a project column. `orNull` lets rows through that belong to no project (public or system). */
export function inScope(column: Prisma.Sql, scope: ProjectScope, orNull = false): Prisma.Sql {
  if (scope === 'every-project') return orNull ? Prisma.sql`true` : Prisma.sql`${column} IS NOT NULL`;
  const [only, ...others] = scope.projectIds;
  // One project, as nearly always: with plain equality the index on (project, name) gives the order of the page, too.
  const listed =
    only !== undefined && others.length === 0
      ? Prisma.sql`${column} = ${only}::uuid`
      : Prisma.sql`${column} = ANY(${[...scope.projectIds]}::uuid[])`;
  return orNull ? Prisma.sql`(${listed} OR ${column} IS NULL)` : listed;
}
