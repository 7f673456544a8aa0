import { z } from 'zod';
import { addressOrNetworkSchema } from './address.ts';
import { endpoint } from './endpoint.ts';
import { emailSchema, idSchema, projectRefSchema, timeSchema, titleSchema } from './ids.ts';
import { sshPublicKeySchema } from './instance.ts';
import { pageInput, pageOf } from './list.ts';
import {
  membershipRoles,
  projectPermissions,
  projectStates,
  systemPermissions,
  systemRoles,
  tokenScopes,
} from './permissions.ts';
import { sessionMethods, signInStepSchema } from './sign-in.ts';

/** NIST SP 800-63B §5.1.1: length is what counts; at least 12 characters, at most 256, no composition rules. */
export const passwordSchema = z.string().min(12, 'Use at least 12 characters.').max(256);

export const userSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  role: z.enum(systemRoles),
  disabled: z.boolean(),
  createdAt: timeSchema,
});

/** A user as admins see them. */
export const managedUserSchema = userSchema.extend({
  lastSignInAt: timeSchema.nullable().describe('null: never'),
  hasPassword: z.boolean().describe('false: the one-time link was not used yet, or they sign in elsewhere'),
  version: z.number().int(),
});
export type ManagedUser = z.output<typeof managedUserSchema>;

/** Who is asking: what the browser needs to draw the right frame. */
export const meSchema = z.object({
  user: userSchema,
  systemPermissions: z.array(z.enum(systemPermissions)),
  projects: z.array(
    z.object({
      id: idSchema,
      slug: z.string(),
      name: z.string(),
      role: z.enum(membershipRoles).nullable(),
      permissions: z.array(z.enum(projectPermissions)),
      state: z.enum(projectStates),
    }),
  ),
  via: z.enum(['session', 'token']),
  atoll: z.object({ version: z.string() }),
});
export type Me = z.output<typeof meSchema>;

export const sessionSchema = z.object({
  id: idSchema,
  current: z.boolean(),
  ip: z.string(),
  userAgent: z.string(),
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  method: z.enum(sessionMethods).describe('How it began'),
});

export const tokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  prefix: z.string().describe('First characters, to recognise it'),
  scopes: z.array(z.enum(tokenScopes)),
  projectId: idSchema.nullable().describe('null: every project of its user'),
  allowedIps: z.array(z.string()).describe('Addresses and networks that it may be used from; empty: any'),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
  lastUsedIp: z.string().nullable(),
  revokedAt: timeSchema.nullable(),
});
export type Token = z.output<typeof tokenSchema>;

export const sshKeySchema = z.object({
  id: idSchema,
  name: z.string(),
  publicKey: z.string(),
  fingerprint: z.string(),
  createdAt: timeSchema,
});

const open = { kind: 'public' } as const;
const self = { kind: 'self', permission: 'self:read' } as const;
const selfWrite = { kind: 'self', permission: 'self:write' } as const;
const credentials = { kind: 'self', permission: 'self:credentials' } as const;

export const authApi = {
  setupInfo: endpoint({
    type: 'query',
    summary: 'What a one-time link is for, and whether it still works',
    policy: open,
    rest: null,
    input: z.strictObject({ token: z.string().max(200) }),
    output: z.object({ purpose: z.enum(['first-run', 'reset']), email: z.string().nullable() }),
  }),
  completeSetup: endpoint({
    type: 'mutation',
    summary: 'Use a one-time link: make the first admin, or set a new password',
    policy: open,
    rest: null,
    input: z.strictObject({
      token: z.string().max(200),
      email: emailSchema.optional(),
      name: titleSchema.optional(),
      password: passwordSchema,
    }),
    output: z.object({ me: meSchema.nullable(), ...signInStepSchema.shape }),
  }),
  signIn: endpoint({
    type: 'mutation',
    summary: 'Sign in with a password',
    policy: open,
    rest: null,
    input: z.strictObject({ email: emailSchema, password: z.string().max(256) }),
    output: z.object({ me: meSchema.nullable().describe('null: something is asked first'), ...signInStepSchema.shape }),
  }),
  signOut: endpoint({
    type: 'mutation',
    summary: 'Sign out here',
    policy: selfWrite,
    rest: null,
    input: z.strictObject({}),
    output: z.null(),
  }),
  signOutEverywhere: endpoint({
    type: 'mutation',
    summary: 'End every session of yours but this one',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ ended: z.number().int() }),
  }),
  me: endpoint({
    type: 'query',
    summary: 'Who you are',
    policy: self,
    rest: { method: 'GET', path: '/me' },
    input: z.strictObject({}),
    output: meSchema,
  }),
  sessions: endpoint({
    type: 'query',
    summary: 'Your sessions',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ items: z.array(sessionSchema) }),
  }),
  changePassword: endpoint({
    type: 'mutation',
    summary: 'Change your password; ends your other sessions',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({ current: z.string().max(256), password: passwordSchema }),
    output: z.null(),
  }),
};

export const tokenApi = {
  list: endpoint({
    type: 'query',
    summary: 'Your API tokens',
    policy: self,
    rest: { method: 'GET', path: '/tokens' },
    input: z.strictObject(pageInput),
    output: pageOf(tokenSchema),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create an API token; its secret is shown once. Not with a token: credentials mint no credentials',
    policy: credentials,
    stepUp: true,
    rest: { method: 'POST', path: '/tokens', status: 201 },
    input: z.strictObject({
      name: titleSchema,
      scopes: z.array(z.enum(tokenScopes)).min(1),
      project: projectRefSchema.optional(),
      expiresInDays: z.int().min(1).max(365).default(90),
      allowedIps: z.array(addressOrNetworkSchema).max(50).default([]),
    }),
    output: z.object({ token: tokenSchema, secret: z.string() }),
  }),
  revoke: endpoint({
    type: 'mutation',
    summary: 'Revoke a token',
    policy: selfWrite,
    rest: { method: 'DELETE', path: '/tokens/{token}', status: 204 },
    input: z.strictObject({ token: idSchema }),
    output: z.null(),
  }),
};

export const sshKeyApi = {
  list: endpoint({
    type: 'query',
    summary: 'Your SSH keys',
    policy: self,
    rest: { method: 'GET', path: '/ssh-keys' },
    input: z.strictObject({}),
    output: z.object({ items: z.array(sshKeySchema), nextCursor: z.null() }),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Keep an SSH public key',
    policy: selfWrite,
    rest: { method: 'POST', path: '/ssh-keys', status: 201 },
    input: z.strictObject({ name: titleSchema, publicKey: sshPublicKeySchema }),
    output: sshKeySchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Forget an SSH key',
    policy: selfWrite,
    rest: { method: 'DELETE', path: '/ssh-keys/{sshKey}', status: 204 },
    input: z.strictObject({ sshKey: idSchema }),
    output: z.null(),
  }),
};

const manageUsers = { kind: 'system', permission: 'user:manage' } as const;
const userRef = { user: idSchema };

export const userApi = {
  list: endpoint({
    type: 'query',
    summary: 'Users',
    policy: manageUsers,
    rest: { method: 'GET', path: '/users' },
    input: z.strictObject({ ...pageInput, search: z.string().max(100).optional() }),
    output: pageOf(managedUserSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One user, with their projects',
    policy: manageUsers,
    rest: { method: 'GET', path: '/users/{user}', etag: 'sent' },
    input: z.strictObject(userRef),
    output: managedUserSchema.extend({
      memberships: z.array(
        z.object({
          projectId: idSchema,
          slug: z.string(),
          name: z.string(),
          role: z.enum(membershipRoles),
          onlyOwner: z.boolean(),
        }),
      ),
    }),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a user with a project of their own; answers the one-time link that sets the password',
    policy: { ...manageUsers, sessionOnly: true },
    rest: null,
    input: z.strictObject({ email: emailSchema, name: titleSchema, role: z.enum(systemRoles).default('user') }),
    output: z.object({ user: managedUserSchema, setupPath: z.string() }),
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change the name or the role of a user; the last admin stays one',
    policy: { ...manageUsers, sessionOnly: true },
    rest: { method: 'PATCH', path: '/users/{user}', etag: 'sent' },
    input: z.strictObject({ ...userRef, name: titleSchema.optional(), role: z.enum(systemRoles).optional() }),
    output: managedUserSchema,
  }),
  disable: endpoint({
    type: 'mutation',
    summary: 'Shut a user out: sessions and tokens end at once, what runs runs on',
    policy: manageUsers,
    rest: { method: 'POST', path: '/users/{user}/disable', status: 200 },
    input: z.strictObject(userRef),
    output: managedUserSchema,
  }),
  enable: endpoint({
    type: 'mutation',
    summary: 'Let a user sign in again; their tokens stay revoked',
    policy: manageUsers,
    rest: { method: 'POST', path: '/users/{user}/enable', status: 200 },
    input: z.strictObject(userRef),
    output: managedUserSchema,
  }),
  reset: endpoint({
    type: 'mutation',
    summary: 'A one-time link with which a user sets a new password; earlier links stop working',
    policy: { ...manageUsers, sessionOnly: true },
    rest: null,
    input: z.strictObject(userRef),
    output: z.object({ user: managedUserSchema, setupPath: z.string() }),
  }),
  signOut: endpoint({
    type: 'mutation',
    summary: 'End every session of a user',
    policy: manageUsers,
    rest: { method: 'POST', path: '/users/{user}/sign-out', status: 200 },
    input: z.strictObject(userRef),
    output: z.object({ ended: z.number().int() }),
  }),
  resetSecondFactor: endpoint({
    type: 'mutation',
    summary: 'Forget the authenticator app, recovery codes and passkeys of a user who lost them; ends their sessions',
    policy: { ...manageUsers, sessionOnly: true },
    stepUp: true,
    rest: null,
    input: z.strictObject(userRef),
    output: managedUserSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a user who is nowhere the only owner, with their sessions, tokens and keys',
    policy: manageUsers,
    rest: { method: 'DELETE', path: '/users/{user}', status: 204 },
    input: z.strictObject(userRef),
    output: z.null(),
  }),
};
