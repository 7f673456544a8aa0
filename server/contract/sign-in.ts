import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema } from './ids.ts';
import { passkeyAnswerSchema, passkeyOptionsSchema } from './webauthn.ts';

/** What a second factor can be. */
export const secondFactors = ['totp', 'recovery-code', 'passkey'] as const;
export type SecondFactor = (typeof secondFactors)[number];

/** How a session began; kept so that its owner can see it. */
export const sessionMethods = [
  'password',
  'password+totp',
  'password+recovery-code',
  'password+passkey',
  'passkey',
  'oidc',
  'ldap',
  'ldap+totp',
  'ldap+recovery-code',
  'ldap+passkey',
  'setup-link',
] as const;
export type SessionMethod = (typeof sessionMethods)[number];

/** Six digits of an authenticator app, however they are grouped. */
export const totpCodeSchema = z
  .string()
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'Type the six digits that the app shows.'));

/** A recovery code such as `k7m2p-9xw4q`; case and dashes do not matter. */
export const recoveryCodeSchema = z.string().min(8, 'Type a whole recovery code.').max(40);

/**
 * Where a sign-in stands: done, or what is asked next. The server holds its state; the browser has a cookie that names it, and
 * nothing that it sends can skip a step.
 */
export const signInStepSchema = z.object({
  step: z.enum(['done', 'second-factor', 'enrol']).describe('enrol: a second factor must be set up first'),
  methods: z.array(z.enum(secondFactors)).describe('What can be asked for as second factor'),
});
export type SignInStep = z.output<typeof signInStepSchema>;

const open = { kind: 'public' } as const;

/** Paths of this site alone, as safeNext of the browser; anything else is taken for the overview. */
const nextSchema = z.string().max(1_000).default('/');

export const signInApi = {
  ways: endpoint({
    type: 'query',
    summary: 'How one may sign in here',
    policy: open,
    rest: null,
    input: z.strictObject({}),
    output: z.object({
      providers: z.array(z.object({ id: idSchema, kind: z.enum(['oidc', 'ldap']), name: z.string() })),
      passkeys: z.boolean().describe('false: the address of this Atoll allows none'),
    }),
  }),
  pending: endpoint({
    type: 'query',
    summary: 'Where the sign-in of this browser stands; done: none is on its way',
    policy: open,
    rest: null,
    input: z.strictObject({}),
    output: signInStepSchema,
  }),
  secondFactor: endpoint({
    type: 'mutation',
    summary: 'Give a code as second factor',
    policy: open,
    rest: null,
    input: z.union([
      z.strictObject({ method: z.literal('totp'), code: totpCodeSchema }),
      z.strictObject({ method: z.literal('recovery-code'), code: recoveryCodeSchema }),
    ]),
    output: signInStepSchema,
  }),
  passkeyBegin: endpoint({
    type: 'mutation',
    summary: 'A challenge for a passkey: instead of a password, or as second factor of the sign-in on its way',
    policy: open,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ options: passkeyOptionsSchema }),
  }),
  passkey: endpoint({
    type: 'mutation',
    summary: 'Sign in with a passkey',
    policy: open,
    rest: null,
    input: z.strictObject({ answer: passkeyAnswerSchema }),
    output: signInStepSchema,
  }),
  enrolBegin: endpoint({
    type: 'mutation',
    summary: 'The seed of an authenticator app, where a second factor must be set up before one may come in',
    policy: open,
    rest: null,
    input: z.strictObject({}),
    output: z.object({ secret: z.string(), uri: z.string() }),
  }),
  enrolConfirm: endpoint({
    type: 'mutation',
    summary: 'The first code of that app; answers the recovery codes, once',
    policy: open,
    rest: null,
    input: z.strictObject({ code: totpCodeSchema }),
    output: z.object({ recoveryCodes: z.array(z.string()) }),
  }),
  ldap: endpoint({
    type: 'mutation',
    summary: 'Sign in with the name and password of a directory',
    policy: open,
    rest: null,
    input: z.strictObject({
      provider: idSchema,
      username: z.string().min(1, 'This is needed.').max(256),
      // RFC 4513 §5.1.2: a bind without a password succeeds as nobody.
      password: z.string().min(1, 'This is needed.').max(256),
    }),
    output: signInStepSchema,
  }),
  oidcBegin: endpoint({
    type: 'mutation',
    summary: 'The address of an OpenID provider at which to sign in',
    policy: open,
    rest: null,
    input: z.strictObject({ provider: idSchema, next: nextSchema }),
    output: z.object({ url: z.string() }),
  }),
  oidcFinish: endpoint({
    type: 'mutation',
    summary: 'Come back from an OpenID provider: signs in, links an account, or proves who one is',
    policy: open,
    rest: null,
    input: z.strictObject({ query: z.string().max(8_000).describe('The query of the address that one came back to') }),
    output: z.object({ ...signInStepSchema.shape, next: z.string() }),
  }),
};
