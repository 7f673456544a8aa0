import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, labelSchema, projectRefSchema, timeSchema, titleSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { operationSchema } from './operation.ts';
import { membershipRoles, projectPermissions, projectStates } from './permissions.ts';
import { type QuotaResource, quotaResources } from './quota-resources.ts';
import { descriptionSchema } from './role.ts';

/** A limit; a billion is more than any count, MiB or GiB of one project. */
export const quotaLimitSchema = z.int().min(0).max(1_000_000_000);

export const quotaSchema = z.object(
  Object.fromEntries(
    quotaResources.map((name) => [name, z.object({ used: z.number().int(), limit: z.number().int() })]),
  ) as Record<QuotaResource, z.ZodObject<{ used: z.ZodNumber; limit: z.ZodNumber }>>,
);

export const quotaLimitsSchema = z.strictObject(
  Object.fromEntries(quotaResources.map((name) => [name, quotaLimitSchema.optional()])) as Record<
    QuotaResource,
    z.ZodOptional<typeof quotaLimitSchema>
  >,
);

export const projectSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  state: z.enum(projectStates).describe('archived: nothing new is made or started; deleting: it goes, with all in it'),
  role: z.enum(membershipRoles).nullable().describe('Your own role; null where you see it as admin or auditor'),
  permissions: z.array(z.enum(projectPermissions)).describe('What you may do in it'),
  quota: quotaSchema,
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Project = z.output<typeof projectSchema>;

/** Why something cannot move to another project. */
export const moveHindrances = [
  'busy',
  'notReady',
  'projectNetwork',
  'containerVolume',
  'attached',
  'nameTaken',
  'pool',
] as const;
export type MoveHindrance = (typeof moveHindrances)[number];

const part = z.object({ id: idSchema, name: z.string() });
const movable = part.extend({
  hindrance: z.enum(moveHindrances).nullable().describe('Why it cannot move to another project; null: it can'),
});

export const projectContentsSchema = z.object({
  instances: z.array(movable.extend({ kind: z.enum(['vm', 'container']), running: z.boolean() })),
  volumes: z.array(movable.extend({ sizeGiB: z.int(), instanceId: idSchema.nullable() })),
  images: z.array(movable),
  members: z.array(part.extend({ email: z.string() })),
  invitations: z.int().describe('Open ones'),
  tokens: z.int().describe('That are good for this project alone'),
  operations: z.int().describe('That run now; it cannot be deleted before they are over'),
});
export type ProjectContents = z.output<typeof projectContentsSchema>;

const manage = { kind: 'project', permission: 'project:manage' } as const;
const projectRef = { project: projectRefSchema };
const ids = z.array(idSchema).max(1_000);

export const projectApi = {
  list: endpoint({
    type: 'query',
    summary: 'Projects that you see',
    policy: { kind: 'visible', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects' },
    input: z.strictObject({ ...pageInput, search: z.string().max(100).optional() }),
    output: pageOf(projectSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One project',
    policy: { kind: 'project', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects/{project}', etag: 'sent' },
    input: z.strictObject({ project: projectRefSchema }),
    output: projectSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a project; you become its owner unless another is named',
    policy: { kind: 'system', permission: 'project:create' },
    rest: { method: 'POST', path: '/projects', status: 201 },
    input: z.strictObject({
      name: titleSchema,
      slug: labelSchema.optional(),
      description: descriptionSchema.default(''),
      quota: quotaLimitsSchema.optional(),
      ownerId: idSchema.optional(),
    }),
    output: projectSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change name and description; the slug stays, because addresses and scripts have it',
    policy: { ...manage, whenClosed: 'archived' },
    rest: { method: 'PATCH', path: '/projects/{project}', etag: 'sent' },
    input: z.strictObject({
      ...projectRef,
      name: titleSchema.optional(),
      description: descriptionSchema.optional(),
    }),
    output: projectSchema,
  }),
  archive: endpoint({
    type: 'mutation',
    summary: 'Archive: what is there can be read, stopped and deleted; nothing new is made or started',
    policy: { ...manage, whenClosed: 'archived' },
    rest: { method: 'POST', path: '/projects/{project}/archive', status: 200 },
    input: z.strictObject(projectRef),
    output: projectSchema,
  }),
  unarchive: endpoint({
    type: 'mutation',
    summary: 'Take a project out of the archive',
    policy: { ...manage, whenClosed: 'archived' },
    rest: { method: 'POST', path: '/projects/{project}/unarchive', status: 200 },
    input: z.strictObject(projectRef),
    output: projectSchema,
  }),
  contents: endpoint({
    type: 'query',
    summary: 'Everything that is deleted with a project, and what of it can move to another one',
    policy: manage,
    rest: { method: 'GET', path: '/projects/{project}/contents' },
    input: z.strictObject({
      ...projectRef,
      toProject: projectRefSchema.optional().describe('Also say what cannot move to this one'),
    }),
    output: projectContentsSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a project with everything in it; see its contents first',
    policy: { ...manage, whenClosed: 'archived' },
    rest: { method: 'DELETE', path: '/projects/{project}', status: 202, etag: 'sent' },
    input: z.strictObject(projectRef),
    output: z.object({ project: projectSchema, operation: operationSchema }),
  }),
  transfer: endpoint({
    type: 'mutation',
    summary: 'Move instances, disks and images to another project: all or nothing, no host is touched',
    policy: { ...manage, whenClosed: 'archived' },
    rest: { method: 'POST', path: '/projects/{project}/transfer', status: 200 },
    input: z.strictObject({
      ...projectRef,
      toProject: projectRefSchema,
      instances: ids.optional().describe('Their disks go with them'),
      volumes: ids.optional().describe('Disks that no instance has'),
      images: ids.optional(),
      all: z.literal(true).optional().describe('Everything, instead of lists'),
    }),
    output: z.object({ instances: z.int(), volumes: z.int(), images: z.int() }),
  }),
  setQuota: endpoint({
    type: 'mutation',
    summary: 'Change the limits of a project',
    policy: { kind: 'system', permission: 'quota:manage' },
    rest: { method: 'PATCH', path: '/projects/{project}/quota', etag: 'sent' },
    input: z.strictObject({ project: projectRefSchema, quota: quotaLimitsSchema }),
    output: projectSchema,
  }),
};
