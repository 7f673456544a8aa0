import type { IdentityProvider, ProviderKind } from '#server/contract/identity-provider.ts';

/** What the form of a provider holds; each kind uses its own. */
export interface ProviderFields {
  name: string;
  secret: string;
  enabled: boolean;
  createUsers: boolean;
  linkByEmail: boolean;
  issuer: string;
  clientId: string;
  scopes: string;
  url: string;
  startTls: boolean;
  ca: string;
  baseDn: string;
  filter: string;
  bindDn: string;
  nameAttribute: string;
  emailAttribute: string;
}

/** The fields of a provider, or of a new one. Its secret is never there. */
export function emptyProvider(provider: IdentityProvider | null): ProviderFields {
  return {
    issuer: '',
    clientId: '',
    scopes: 'openid profile email',
    url: '',
    startTls: false,
    ca: '',
    baseDn: '',
    filter: '(uid={username})',
    bindDn: '',
    nameAttribute: 'cn',
    emailAttribute: 'mail',
    linkByEmail: false,
    name: provider?.name ?? '',
    secret: '',
    enabled: provider?.enabled ?? true,
    createUsers: provider?.createUsers ?? false,
    ...provider?.config,
  };
}

/** The request that the fields make. */
export function toProviderInput(kind: ProviderKind, fields: ProviderFields): unknown {
  const { name, secret, enabled, createUsers, linkByEmail, issuer, clientId, scopes, ...ldap } = fields;
  const shared = { kind, name, enabled, createUsers, ...(secret && { secret }) };
  if (kind === 'oidc') return { ...shared, config: { issuer, clientId, scopes, linkByEmail } };
  return { ...shared, config: { ...ldap, linkByEmail } };
}
