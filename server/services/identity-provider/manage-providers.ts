import { AtollError } from '#server/contract/errors.ts';
import type { IdentityProvider, ProviderConfig, ProviderKind } from '#server/contract/identity-provider.ts';
import {
  deleteProvider,
  getProvider,
  insertProvider,
  listProviders,
  type ProviderRow,
  updateProvider,
} from '#server/db/identity-provider-store.ts';
import { newId } from '#server/platform/id.ts';
import { secret } from '#server/platform/secret.ts';
import { lock } from '#server/platform/vault.ts';
import { redirectUri } from '../auth/oidc-client.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

export interface ProviderInput {
  kind: ProviderKind;
  name: string;
  enabled: boolean;
  createUsers: boolean;
  secret?: string | undefined;
  config: ProviderConfig;
}

/** As admins see it: whether there is a secret, never which. */
export const providerView = (row: ProviderRow): IdentityProvider =>
  ({ ...row, createdAt: row.createdAt.toISOString() }) as IdentityProvider;

const about = (verb: string, id: string, detail?: Record<string, unknown>) => ({
  action: `identityProvider.${verb}`,
  target: { type: 'identity-provider', id },
  ...(detail && { detail }),
});

/** All of them, with the redirect URI that an OpenID provider must know. */
export async function listIdentityProviders(ctx: ActorContext) {
  const rows = await listProviders(ctx.app.db);
  return { items: rows.map(providerView), redirectUri: redirectUri(ctx.app.origin) };
}

const lockFor = (ctx: ActorContext, id: string, text: string | undefined) =>
  text === undefined ? null : lock(ctx.app.webKey, secret(text), { table: 'identity_provider', id });

/** Throws `name_taken`. */
export async function createIdentityProvider(ctx: ActorContext, input: ProviderInput): Promise<IdentityProvider> {
  const id = newId();
  const { name, kind } = input;
  return change(ctx, about('create', id, { name, kind }), async (tx) =>
    providerView(await insertProvider(tx, { ...input, id, secret: lockFor(ctx, id, input.secret) })),
  );
}

/**
 * Changes one; a secret that is left out stays, but not when the provider becomes another: it would be told to whoever is there.
 * Throws `not_found`, `name_taken`, `validation_failed`.
 */
export async function updateIdentityProvider(
  ctx: ActorContext,
  input: ProviderInput & { identityProvider: string },
): Promise<IdentityProvider> {
  const { identityProvider: id, kind, secret: text, ...patch } = input;
  return change(ctx, about('update', id, { name: input.name }), async (tx) => {
    const before = await getProvider(tx, { id });
    if (before.kind !== kind) throw new AtollError('not_found', 'There is no such way to sign in.');
    if (before.hasSecret && text === undefined && addressOf(before.config) !== addressOf(input.config))
      throw new AtollError('validation_failed', 'Another address needs its secret anew.', {
        fields: [{ pointer: '/secret', code: 'required', message: 'Give it again: the address has changed.' }],
      });
    const locked = lockFor(ctx, id, text);
    return providerView(await updateProvider(tx, { id }, { ...patch, ...(locked && { secret: locked }) }));
  });
}

const addressOf = (config: ProviderConfig): string => ('issuer' in config ? config.issuer : config.url);

/** Throws `not_found`. */
export async function deleteIdentityProvider(ctx: ActorContext, input: { identityProvider: string }): Promise<null> {
  return change(ctx, about('delete', input.identityProvider), async (tx) => {
    await deleteProvider(tx, { id: input.identityProvider });
    return null;
  });
}
