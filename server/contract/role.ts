import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema, titleSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { membershipRoles, projectPermissions, projectRoles } from './permissions.ts';

/** Free text of a few lines, for people. */
export const descriptionSchema = z
  .string()
  .trim()
  .max(500)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'Control characters are not allowed.');

/** A role that an admin put together out of project permissions. */
export const roleSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  permissions: z.array(z.enum(projectPermissions)),
  members: z.number().int().describe('How many memberships and open invitations have it, in all projects'),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Role = z.output<typeof roleSchema>;

/** What a member of a project is, as it is shown: `customRole` says which one where the role is `custom`. */
export const heldRole = {
  role: z.enum(membershipRoles),
  customRole: z.object({ id: idSchema, name: z.string() }).nullable(),
};

/** A choice of role: exactly one of the two. */
export const roleChoice = {
  role: z.enum(projectRoles).optional(),
  customRoleId: idSchema.optional().describe('Instead of `role`: a role from GET /roles'),
};

/** Says so at the field where neither or both were given. */
export const oneRole = (input: { role?: unknown; customRoleId?: unknown }, context: z.RefinementCtx): void => {
  if ((input.role === undefined) !== (input.customRoleId === undefined)) return;
  context.addIssue({ code: 'custom', path: ['role'], message: 'Give either role or customRoleId.' });
};

const manage = { kind: 'system', permission: 'role:manage' } as const;
const permissions = z
  .array(z.enum(projectPermissions))
  .min(1, 'Choose at least one permission.')
  .transform((chosen) => projectPermissions.filter((each) => chosen.includes(each)));

export const roleApi = {
  list: endpoint({
    type: 'query',
    summary: 'Roles that admins have put together, by name',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/roles' },
    input: z.strictObject(pageInput),
    output: pageOf(roleSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One role',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/roles/{role}', etag: 'sent' },
    input: z.strictObject({ role: idSchema }),
    output: roleSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Put a role together out of project permissions',
    policy: manage,
    rest: { method: 'POST', path: '/roles', status: 201 },
    input: z.strictObject({ name: titleSchema, description: descriptionSchema.default(''), permissions }),
    output: roleSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change a role; who has it has the new permissions with their next request',
    policy: manage,
    rest: { method: 'PATCH', path: '/roles/{role}', etag: 'sent' },
    input: z.strictObject({
      role: idSchema,
      name: titleSchema.optional(),
      description: descriptionSchema.optional(),
      permissions: permissions.optional(),
    }),
    output: roleSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a role that nobody has',
    policy: manage,
    rest: { method: 'DELETE', path: '/roles/{role}', status: 204, etag: 'sent' },
    input: z.strictObject({ role: idSchema }),
    output: z.null(),
  }),
};
