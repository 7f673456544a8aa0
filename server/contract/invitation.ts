import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { meSchema, passwordSchema } from './identity.ts';
import { emailSchema, idSchema, projectRefSchema, timeSchema, titleSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { heldRole, oneRole, roleChoice } from './role.ts';
import { signInStepSchema } from './sign-in.ts';

/** An invitation into a project. Its link is shown once, when it is made, and is in no answer after that. */
export const invitationSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  email: z.string(),
  ...heldRole,
  state: z.enum(['open', 'expired', 'accepted', 'revoked']),
  invitedBy: z.object({ id: idSchema, name: z.string() }).nullable(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type Invitation = z.output<typeof invitationSchema>;

const token = z.string().max(200).describe('From the link');
const manage = { kind: 'project', permission: 'member:manage' } as const;
const open = { kind: 'public' } as const;

export const invitationApi = {
  list: endpoint({
    type: 'query',
    summary: 'Invitations of a project, newest first',
    policy: manage,
    rest: { method: 'GET', path: '/projects/{project}/invitations' },
    input: z.strictObject({ project: projectRefSchema, ...pageInput }),
    output: pageOf(invitationSchema),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Invite an address; the one-time link is shown once. Not with a token: credentials mint no credentials',
    policy: { ...manage, sessionOnly: true },
    rest: { method: 'POST', path: '/projects/{project}/invitations', status: 201 },
    input: z
      .strictObject({
        project: projectRefSchema,
        email: emailSchema,
        ...roleChoice,
        expiresInDays: z.int().min(1).max(30).default(7),
      })
      .superRefine(oneRole),
    output: z.object({ invitation: invitationSchema, path: z.string().describe('Path and fragment of the link') }),
  }),
  revoke: endpoint({
    type: 'mutation',
    summary: 'Revoke an invitation: its link stops working',
    policy: { ...manage, whenClosed: 'archived-or-deleting' },
    rest: { method: 'DELETE', path: '/projects/{project}/invitations/{invitation}', status: 204 },
    input: z.strictObject({ project: projectRefSchema, invitation: idSchema }),
    output: z.null(),
  }),
  info: endpoint({
    type: 'query',
    summary: 'What an invitation is for, and whether it still works',
    policy: open,
    rest: null,
    input: z.strictObject({ token }),
    output: z.object({
      project: z.string().describe('Its name'),
      email: z.string(),
      role: z.string().describe('Name of a role of a project, or of a custom one'),
      customRole: z.boolean(),
      invitedBy: z.string().nullable(),
      hasAccount: z.boolean().describe('The address has an account: sign in with it; otherwise one is made'),
      signedInAs: z.string().nullable().describe('E-mail of who is signed in here'),
    }),
  }),
  accept: endpoint({
    type: 'mutation',
    summary: 'Join with the account that is signed in; its e-mail must be the invited one',
    policy: { kind: 'self', permission: 'self:credentials' },
    rest: null,
    input: z.strictObject({ token }),
    output: z.object({ projectId: idSchema, slug: z.string() }),
  }),
  join: endpoint({
    type: 'mutation',
    summary: 'Make the account of an invited address, sign in and join',
    policy: open,
    rest: null,
    input: z.strictObject({ token, name: titleSchema, password: passwordSchema }),
    output: z.object({ me: meSchema.nullable(), ...signInStepSchema.shape, slug: z.string() }),
  }),
};
