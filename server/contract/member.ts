import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { projectPermissions } from './permissions.ts';
import { heldRole, oneRole, roleChoice } from './role.ts';

/** A person in a project. */
export const memberSchema = z.object({
  id: idSchema.describe('Of the user'),
  name: z.string(),
  email: z.string(),
  ...heldRole,
  permissions: z.array(z.enum(projectPermissions)).describe('What the role allows in this project'),
  disabled: z.boolean().describe('Cannot sign in'),
  since: timeSchema,
});
export type Member = z.output<typeof memberSchema>;

const inProject = { project: projectRefSchema };

export const memberApi = {
  list: endpoint({
    type: 'query',
    summary: 'People of a project, by e-mail',
    policy: { kind: 'project', permission: 'member:read' },
    rest: { method: 'GET', path: '/projects/{project}/members' },
    input: z.strictObject({ ...inProject, ...pageInput }),
    output: pageOf(memberSchema),
  }),
  set: endpoint({
    type: 'mutation',
    summary: 'Give a member another role; admins also add people this way. Nobody gives more than they hold',
    policy: { kind: 'project', permission: 'member:manage', whenClosed: 'archived' },
    rest: { method: 'PUT', path: '/projects/{project}/members/{user}' },
    input: z.strictObject({ ...inProject, user: idSchema, ...roleChoice }).superRefine(oneRole),
    output: memberSchema,
  }),
  remove: endpoint({
    type: 'mutation',
    summary: 'Take a person out of a project, or leave it yourself; it keeps at least one owner',
    policy: { kind: 'project', permission: 'project:read', whenClosed: 'archived' },
    rest: { method: 'DELETE', path: '/projects/{project}/members/{user}', status: 204 },
    input: z.strictObject({ ...inProject, user: idSchema }),
    output: z.null(),
  }),
};
