import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema, titleSchema } from './ids.ts';

export const providerKinds = ['oidc', 'ldap'] as const;
export type ProviderKind = (typeof providerKinds)[number];

const httpUrl = z.url({ protocol: /^https?$/, error: 'This must be an address such as https://id.example.org.' });

export const oidcConfigSchema = z.strictObject({
  issuer: httpUrl.max(500).describe('Its discovery document is at /.well-known/openid-configuration below it'),
  clientId: z.string().trim().min(1, 'This is needed.').max(200),
  scopes: z
    .string()
    .trim()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'Write scopes with a space between.')
    .max(300)
    .default('openid profile email'),
  linkByEmail: z
    .boolean()
    .default(true)
    .describe('A user whose e-mail the provider has verified is linked at the first sign-in'),
});
export type OidcConfig = z.output<typeof oidcConfigSchema>;

export const ldapConfigSchema = z.strictObject({
  url: z
    .string()
    .trim()
    .regex(/^ldaps?:\/\/[^\s/@]+\/?$/, 'This must be an address such as ldaps://ldap.example.org.')
    .max(300),
  startTls: z.boolean().default(false).describe('Encrypt an ldap:// connection before anything is said'),
  ca: z
    .string()
    .max(20_000)
    .default('')
    .describe('PEM of who signs its certificate; empty: those that the system trusts'),
  baseDn: z.string().trim().min(1, 'This is needed.').max(500),
  filter: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^\(.*\{username\}.*\)$/, 'Write a filter in parentheses that holds {username}.')
    .default('(uid={username})'),
  bindDn: z.string().trim().max(500).default('').describe('Who searches; empty: nobody (anonymous)'),
  nameAttribute: z
    .string()
    .trim()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
    .max(64)
    .default('cn'),
  emailAttribute: z
    .string()
    .trim()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
    .max(64)
    .default('mail'),
  linkByEmail: z
    .boolean()
    .default(false)
    .describe('A user with the e-mail of the entry is linked at the first sign-in: only where people cannot change it'),
});
export type LdapConfig = z.output<typeof ldapConfigSchema>;
export type ProviderConfig = OidcConfig | LdapConfig;

const shared = {
  id: idSchema,
  name: z.string(),
  enabled: z.boolean(),
  hasSecret: z.boolean().describe('The secret itself is never answered'),
  createUsers: z.boolean(),
  createdAt: timeSchema,
  version: z.number().int(),
};
export const identityProviderSchema = z.discriminatedUnion('kind', [
  z.object({ ...shared, kind: z.literal('oidc'), config: oidcConfigSchema }),
  z.object({ ...shared, kind: z.literal('ldap'), config: ldapConfigSchema }),
]);
export type IdentityProvider = z.output<typeof identityProviderSchema>;

/** Who must have a second factor. */
export const secondFactorPolicies = ['nobody', 'admins', 'everybody'] as const;
export type SecondFactorPolicy = (typeof secondFactorPolicies)[number];

const manage = { kind: 'system', permission: 'identity:manage', sessionOnly: true } as const;
const providerRef = { identityProvider: idSchema };
const secretSchema = z.string().min(1).max(1_000);
const writable = {
  name: titleSchema,
  enabled: z.boolean().default(true),
  createUsers: z.boolean().default(false),
  secret: secretSchema.optional().describe('Client secret or bind password; write-only'),
};

export const identityProviderApi = {
  list: endpoint({
    type: 'query',
    summary: 'OpenID providers and directories',
    policy: manage,
    rest: null,
    input: z.strictObject({}),
    output: z.object({
      items: z.array(identityProviderSchema),
      redirectUri: z.string().describe('What an OpenID provider must know as redirect URI'),
    }),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Let people sign in with an OpenID provider or a directory',
    policy: manage,
    stepUp: true,
    rest: null,
    input: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('oidc'), ...writable, config: oidcConfigSchema }),
      z.strictObject({ kind: z.literal('ldap'), ...writable, config: ldapConfigSchema }),
    ]),
    output: identityProviderSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change one; a secret that is left out stays',
    policy: manage,
    stepUp: true,
    rest: null,
    input: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('oidc'), ...providerRef, ...writable, config: oidcConfigSchema }),
      z.strictObject({ kind: z.literal('ldap'), ...providerRef, ...writable, config: ldapConfigSchema }),
    ]),
    output: identityProviderSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Forget one; nobody signs in with it any more',
    policy: manage,
    stepUp: true,
    rest: null,
    input: z.strictObject(providerRef),
    output: z.null(),
  }),
  test: endpoint({
    type: 'mutation',
    summary: 'Try one out, step by step, as it is kept',
    policy: manage,
    rest: null,
    input: z.strictObject({
      ...providerRef,
      username: z.string().max(256).optional().describe('Of a directory: somebody who should be found'),
    }),
    output: z.object({
      steps: z.array(z.object({ step: z.string(), ok: z.boolean(), detail: z.string() })),
    }),
  }),
  policy: endpoint({
    type: 'query',
    summary: 'Who must have a second factor',
    policy: manage,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ secondFactor: z.enum(secondFactorPolicies) }),
  }),
  setPolicy: endpoint({
    type: 'mutation',
    summary: 'Say who must have a second factor; those who have none set it up at their next sign-in, which is now',
    policy: manage,
    stepUp: true,
    rest: null,
    input: z.strictObject({ secondFactor: z.enum(secondFactorPolicies) }),
    output: z.object({ secondFactor: z.enum(secondFactorPolicies), ended: z.number().int() }),
  }),
};
