import * as client from 'openid-client';
import { AtollError } from '#server/contract/errors.ts';
import type { OidcConfig } from '#server/contract/identity-provider.ts';
import { type ProviderRow, readProviderSecret } from '#server/db/identity-provider-store.ts';
import { guardedFetch } from '#server/platform/outbound-http/guarded-fetch.ts';
import { unlock } from '#server/platform/vault.ts';
import type { WebApp } from '../service-context.ts';
import type { ExternalPerson } from './external-user.ts';

/** Where a provider sends people back to; a page of ours, which hands the answer to `signIn.oidcFinish`. */
export const redirectUri = (origin: string): string => `${origin}/sign-in/callback`;

const oidcConfig = ({ kind, config }: ProviderRow): OidcConfig => {
  if (kind !== 'oidc' || !('issuer' in config)) throw new AtollError('not_found', 'There is no such provider.');
  return config;
};

/** Reads the provider's own description. Throws `sign_in_unavailable` with what is wrong, in words. */
export async function discover(app: WebApp, provider: ProviderRow): Promise<client.Configuration> {
  const { issuer, clientId } = oidcConfig(provider);
  const locked = await readProviderSecret(app.db, provider);
  const secret = locked && unlock(app.webKey, locked, { table: 'identity_provider', id: provider.id });
  try {
    return await client.discovery(
      new URL(issuer),
      clientId,
      undefined,
      secret ? client.ClientSecretPost(secret.reveal()) : client.None(),
      {
        [client.customFetch]: guardedFetch(issuer) as client.CustomFetch,
        // Plain http is refused by guardedFetch but for the origin that the admin typed.
        ...(issuer.startsWith('http:') && { execute: [client.allowInsecureRequests] }),
      },
    );
  } catch (cause) {
    throw away(provider, cause);
  }
}

const away = (provider: ProviderRow, cause: unknown): AtollError =>
  new AtollError('sign_in_unavailable', `${provider.name} does not answer as an OpenID provider.`, {
    cause,
    detail: reasonOf(cause),
  });

/** What a library or the network said, for the log and the admin's test: the innermost cause knows most. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${reasonOf(error.cause)}` : error.message;
}

/** What is kept between leaving for a provider and coming back. */
export interface OidcChecks {
  state: string;
  nonce: string;
  verifier: string;
}

/** Where to send somebody, and what to expect back: state, nonce and PKCE (RFC 9700 §2.1). `again` asks for a fresh sign-in there. */
export async function authorizationUrl(
  app: WebApp,
  provider: ProviderRow,
  options: { again: boolean },
): Promise<{ url: string; checks: OidcChecks }> {
  const config = await discover(app, provider);
  const checks = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri(app.origin),
    scope: oidcConfig(provider).scopes,
    state: checks.state,
    nonce: checks.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: 'S256',
    ...(options.again && { prompt: 'login', max_age: '0' }),
  });
  if (!/^https?:$/.test(url.protocol)) throw away(provider, new Error('Its address is not http(s).'));
  return { url: url.href, checks };
}

/**
 * Trades the code for who somebody is. With `again` the sign-in at the provider must be fresh (auth_time), and not merely remembered.
 * Throws `sign_in_failed`, `sign_in_unavailable`.
 */
export async function personOfAnswer(
  app: WebApp,
  provider: ProviderRow,
  answer: { query: string; checks: OidcChecks; again: boolean },
): Promise<ExternalPerson> {
  const config = await discover(app, provider);
  const { state, nonce, verifier } = answer.checks;
  const back = new URL(redirectUri(app.origin));
  back.search = answer.query;
  try {
    const tokens = await client.authorizationCodeGrant(config, back, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      // The provider's clock and ours may differ by a little.
      ...(answer.again && { maxAge: freshSeconds }),
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('no ID token');
    const more = config.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      : {};
    const said: Record<string, unknown> = { ...more, ...claims };
    return {
      subject: claims.sub,
      name: typeof said.name === 'string' ? said.name : null,
      email: typeof said.email === 'string' ? said.email : null,
      emailVerified: said.email_verified === true,
    };
  } catch (cause) {
    if (cause instanceof AtollError) throw cause;
    const denied = cause instanceof client.AuthorizationResponseError;
    throw new AtollError('sign_in_failed', `${provider.name} did not sign you in.`, {
      cause,
      detail: reasonOf(cause),
      hint: denied ? 'Try again, and allow it there.' : 'Try again; an admin finds the cause in the log.',
    });
  }
}

/** A proof is asked for now, but typing a password and a code takes a while. */
const freshSeconds = 300;
