import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema, titleSchema } from './ids.ts';
import { totpCodeSchema } from './sign-in.ts';
import { newPasskeySchema, passkeyAnswerSchema, passkeyOptionsSchema } from './webauthn.ts';

const credentials = { kind: 'self', permission: 'self:credentials' } as const;

/** Ways to prove again who one is. */
export const stepUpMethods = ['password', 'totp', 'passkey', 'ldap', 'oidc'] as const;
export type StepUpMethod = (typeof stepUpMethods)[number];

export const passkeySchema = z.object({
  id: idSchema,
  name: z.string(),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
});
export type Passkey = z.output<typeof passkeySchema>;

export const secondFactorApi = {
  get: endpoint({
    type: 'query',
    summary: 'Your second factors: authenticator app, recovery codes, passkeys',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({
      totp: z.boolean(),
      recoveryCodesLeft: z.number().int(),
      passkeys: z.array(passkeySchema),
      passkeysPossible: z.boolean().describe('false: the address of this Atoll allows none'),
      required: z.boolean().describe('The last one cannot be removed: an admin asks for it'),
    }),
  }),
  beginTotp: endpoint({
    type: 'mutation',
    summary: 'A seed for your authenticator app; nothing is asked of it before its first code',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ secret: z.string(), uri: z.string() }),
  }),
  confirmTotp: endpoint({
    type: 'mutation',
    summary: 'The first code of the app; answers ten recovery codes, once',
    policy: credentials,
    rest: null,
    input: z.strictObject({ code: totpCodeSchema }),
    output: z.object({ recoveryCodes: z.array(z.string()) }),
  }),
  disableTotp: endpoint({
    type: 'mutation',
    summary: 'Sign in without the authenticator app again; its recovery codes go with it',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({}),
    output: z.null(),
  }),
  renewRecoveryCodes: endpoint({
    type: 'mutation',
    summary: 'Ten new recovery codes, shown once; the old ones stop working',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ recoveryCodes: z.array(z.string()) }),
  }),
};

const passkeyRef = { passkey: idSchema };

export const passkeyApi = {
  begin: endpoint({
    type: 'mutation',
    summary: 'What the browser needs to make a passkey',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ options: passkeyOptionsSchema }),
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Keep the passkey that the browser made',
    policy: credentials,
    rest: null,
    input: z.strictObject({ name: titleSchema, created: newPasskeySchema }),
    output: z.object({ recoveryCodes: z.array(z.string()).nullable().describe('With the first one, shown once') }),
  }),
  rename: endpoint({
    type: 'mutation',
    summary: 'Give a passkey another name',
    policy: credentials,
    rest: null,
    input: z.strictObject({ ...passkeyRef, name: titleSchema }),
    output: z.null(),
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Forget a passkey',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject(passkeyRef),
    output: z.null(),
  }),
};

export const stepUpApi = {
  methods: endpoint({
    type: 'query',
    summary: 'How you can prove again that it is you',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({
      methods: z.array(z.enum(stepUpMethods)),
      providers: z.array(z.object({ id: idSchema, kind: z.enum(['oidc', 'ldap']), name: z.string() })),
    }),
  }),
  prove: endpoint({
    type: 'mutation',
    summary: 'Prove it with your password, your directory password or a code; counts for ten minutes',
    policy: credentials,
    rest: null,
    input: z.union([
      z.strictObject({ method: z.literal('password'), password: z.string().max(256) }),
      z.strictObject({ method: z.literal('totp'), code: totpCodeSchema }),
      z.strictObject({ method: z.literal('ldap'), provider: idSchema, password: z.string().min(1).max(256) }),
    ]),
    output: z.null(),
  }),
  passkeyBegin: endpoint({
    type: 'mutation',
    summary: 'A challenge for one of your passkeys',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ options: passkeyOptionsSchema }),
  }),
  passkey: endpoint({
    type: 'mutation',
    summary: 'Prove it with a passkey',
    policy: credentials,
    rest: null,
    input: z.strictObject({ answer: passkeyAnswerSchema }),
    output: z.null(),
  }),
  oidcBegin: endpoint({
    type: 'mutation',
    summary: 'The address of your OpenID provider at which to sign in again',
    policy: credentials,
    rest: null,
    input: z.strictObject({ provider: idSchema, next: z.string().max(1_000).default('/') }),
    output: z.object({ url: z.string() }),
  }),
};

export const linkedIdentitySchema = z.object({
  id: idSchema,
  provider: z.object({ id: idSchema, kind: z.enum(['oidc', 'ldap']), name: z.string() }),
  createdAt: timeSchema,
});

export const linkedIdentityApi = {
  list: endpoint({
    type: 'query',
    summary: 'The providers and directories that you can sign in with',
    policy: credentials,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ items: z.array(linkedIdentitySchema), hasPassword: z.boolean() }),
  }),
  linkOidc: endpoint({
    type: 'mutation',
    summary: 'The address of an OpenID provider at which to sign in, so that it knows you here',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({ provider: idSchema }),
    output: z.object({ url: z.string() }),
  }),
  linkLdap: endpoint({
    type: 'mutation',
    summary: 'Link your entry of a directory with its name and password',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({
      provider: idSchema,
      username: z.string().min(1, 'This is needed.').max(256),
      password: z.string().min(1, 'This is needed.').max(256),
    }),
    output: z.null(),
  }),
  unlink: endpoint({
    type: 'mutation',
    summary: 'Sign in with it no longer',
    policy: credentials,
    stepUp: true,
    rest: null,
    input: z.strictObject({ identity: idSchema }),
    output: z.null(),
  }),
};
