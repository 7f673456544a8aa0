import { identityProviderApi } from '#server/contract/identity-provider.ts';
import { linkedIdentityApi, passkeyApi, secondFactorApi, stepUpApi } from '#server/contract/second-factor.ts';
import { signInApi } from '#server/contract/sign-in.ts';
import {
  answerSecondFactor,
  beginEnrolment,
  confirmEnrolment,
  pendingStep,
} from '#server/services/auth/answer-second-factor.ts';
import { linkLdap, signInWithLdap } from '#server/services/auth/ldap-sign-in.ts';
import { listOwnIdentities, signInWays, unlinkOwnIdentity } from '#server/services/auth/linked-identities.ts';
import {
  beginPasskey,
  createPasskey,
  deleteOwnPasskey,
  renameOwnPasskey,
} from '#server/services/auth/manage-passkeys.ts';
import {
  beginTotp,
  confirmTotp,
  disableTotp,
  getSecondFactors,
  renewRecoveryCodes,
} from '#server/services/auth/manage-totp.ts';
import { beginOidc, finishOidc } from '#server/services/auth/oidc-sign-in.ts';
import { beginPasskeySignIn, signInWithPasskey } from '#server/services/auth/sign-in-with-passkey.ts';
import { beginPasskeyProof, proveByPasskey, proveByText, stepUpMethods } from '#server/services/auth/step-up.ts';
import {
  createIdentityProvider,
  deleteIdentityProvider,
  listIdentityProviders,
  updateIdentityProvider,
} from '#server/services/identity-provider/manage-providers.ts';
import { getSignInPolicy, setSignInPolicy } from '#server/services/identity-provider/sign-in-policy.ts';
import { testIdentityProvider } from '#server/services/identity-provider/test-provider.ts';
import { implement } from '../implement.ts';
import { answerStep, giveSession, keepPending } from './sign-in-cookies.ts';

export const signInHandlers = implement(signInApi, {
  ways: (ctx) => signInWays(ctx),
  pending: (ctx) => pendingStep(ctx),
  secondFactor: async (ctx, input) => answerStep(ctx, await answerSecondFactor(ctx, input)),
  passkeyBegin: async (ctx) => keepPending(ctx, await beginPasskeySignIn(ctx)),
  passkey: async (ctx, input) => answerStep(ctx, await signInWithPasskey(ctx, input)),
  enrolBegin: (ctx) => beginEnrolment(ctx),
  enrolConfirm: async (ctx, input) => {
    const { answer, recoveryCodes } = await confirmEnrolment(ctx, input);
    answerStep(ctx, answer);
    return { recoveryCodes };
  },
  ldap: async (ctx, input) => answerStep(ctx, await signInWithLdap(ctx, input)),
  oidcBegin: async (ctx, input) => keepPending(ctx, await beginOidc(ctx, { ...input, intent: 'sign-in' })),
  oidcFinish: async (ctx, input) => {
    const back = await finishOidc(ctx, input);
    const { next } = back;
    if (back.intent === 'sign-in') return { ...answerStep(ctx, back.answer), next };
    giveSession(ctx, back.session);
    return { step: 'done' as const, methods: [], next };
  },
});

export const secondFactorHandlers = implement(secondFactorApi, {
  get: (ctx) => getSecondFactors(ctx),
  beginTotp: (ctx) => beginTotp(ctx),
  confirmTotp: (ctx, input) => confirmTotp(ctx, input),
  disableTotp: (ctx) => disableTotp(ctx),
  renewRecoveryCodes: (ctx) => renewRecoveryCodes(ctx),
});

export const passkeyHandlers = implement(passkeyApi, {
  begin: async (ctx) => keepPending(ctx, await beginPasskey(ctx)),
  create: (ctx, input) => createPasskey(ctx, input),
  rename: (ctx, input) => renameOwnPasskey(ctx, input),
  delete: (ctx, input) => deleteOwnPasskey(ctx, input),
});

export const stepUpHandlers = implement(stepUpApi, {
  methods: (ctx) => stepUpMethods(ctx),
  prove: async (ctx, input) => giveSession(ctx, await proveByText(ctx, input)),
  passkeyBegin: async (ctx) => keepPending(ctx, await beginPasskeyProof(ctx)),
  passkey: async (ctx, input) => giveSession(ctx, await proveByPasskey(ctx, input)),
  oidcBegin: async (ctx, input) => keepPending(ctx, await beginOidc(ctx, { ...input, intent: 'step-up' })),
});

export const linkedIdentityHandlers = implement(linkedIdentityApi, {
  list: (ctx) => listOwnIdentities(ctx),
  linkOidc: async (ctx, input) =>
    keepPending(ctx, await beginOidc(ctx, { ...input, next: '/settings/profile', intent: 'link' })),
  linkLdap: (ctx, input) => linkLdap(ctx, input),
  unlink: (ctx, input) => unlinkOwnIdentity(ctx, input),
});

export const identityProviderHandlers = implement(identityProviderApi, {
  list: (ctx) => listIdentityProviders(ctx),
  create: (ctx, input) => createIdentityProvider(ctx, input),
  update: (ctx, input) => updateIdentityProvider(ctx, input),
  delete: (ctx, input) => deleteIdentityProvider(ctx, input),
  test: (ctx, input) => testIdentityProvider(ctx, input),
  policy: (ctx) => getSignInPolicy(ctx),
  setPolicy: (ctx, input) => setSignInPolicy(ctx, input),
});
