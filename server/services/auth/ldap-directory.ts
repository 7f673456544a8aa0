import { Client, InvalidCredentialsError } from 'ldapts';
import { AtollError } from '#server/contract/errors.ts';
import type { LdapConfig } from '#server/contract/identity-provider.ts';
import { type ProviderRow, readProviderSecret } from '#server/db/identity-provider-store.ts';
import type { Secret } from '#server/platform/secret.ts';
import { unlock } from '#server/platform/vault.ts';
import type { WebApp } from '../service-context.ts';
import type { ExternalPerson } from './external-user.ts';

const timeoutMs = 10_000;

/** RFC 4515 §3: what a user types is a value of the filter and never a part of it. */
export function escapeFilterValue(text: string): string {
  return Array.from(Buffer.from(text, 'utf8'), (byte) =>
    byte < 0x20 || byte > 0x7e || '*()\\'.includes(String.fromCharCode(byte))
      ? `\\${byte.toString(16).padStart(2, '0')}`
      : String.fromCharCode(byte),
  ).join('');
}

/** The filter of a provider for one user name. */
export const filterFor = ({ filter }: LdapConfig, username: string): string =>
  filter.replaceAll('{username}', () => escapeFilterValue(username));

export const ldapConfig = ({ kind, config }: ProviderRow): LdapConfig => {
  if (kind !== 'ldap' || !('baseDn' in config)) throw new AtollError('not_found', 'There is no such directory.');
  return config;
};

/** Somebody's entry. */
export interface DirectoryEntry extends ExternalPerson {
  dn: string;
}

/** A connection to a directory, encrypted as it says, until `work` is done. */
export async function withDirectory<T>(config: LdapConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const tlsOptions = config.ca ? { ca: config.ca } : {};
  const client = new Client({
    url: config.url,
    timeout: timeoutMs,
    connectTimeout: timeoutMs,
    // ldapts speaks TLS from the beginning wherever it is given options for it.
    ...(config.url.startsWith('ldaps:') && { tlsOptions }),
  });
  try {
    if (config.startTls && config.url.startsWith('ldap:')) {
      const { hostname } = new URL(config.url);
      await client.startTLS({ ...tlsOptions, host: hostname.replace(/^\[|\]$/g, '') });
    }
    return await work(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

/** What Atoll says to a directory to search in it; null without. */
export async function bindSecret(app: WebApp, provider: ProviderRow): Promise<Secret<string> | null> {
  const locked = await readProviderSecret(app.db, provider);
  return locked && unlock(app.webKey, locked, { table: 'identity_provider', id: provider.id });
}

/** Binds as who searches, or as nobody where none is named. */
export async function bindAsSearcher(client: Client, config: LdapConfig, secret: Secret<string> | null): Promise<void> {
  if (config.bindDn === '') return;
  if (!secret) throw new AtollError('sign_in_unavailable', 'The password of the one who searches is missing.');
  await client.bind(config.bindDn, secret.reveal());
}

/** The one entry of a user name, or null when none or several match. */
export async function findEntry(client: Client, config: LdapConfig, username: string): Promise<DirectoryEntry | null> {
  const { nameAttribute, emailAttribute } = config;
  const { searchEntries } = await client.search(config.baseDn, {
    scope: 'sub',
    filter: filterFor(config, username),
    attributes: [nameAttribute, emailAttribute, 'entryUUID', 'objectGUID'],
    explicitBufferAttributes: ['objectGUID'],
    // Two are as good as none, and more are nobody's business.
    sizeLimit: 2,
    timeLimit: timeoutMs / 1000,
  });
  const [entry] = searchEntries;
  if (!entry || searchEntries.length > 1) return null;
  const guid = [entry.objectGUID].flat()[0];
  return {
    dn: entry.dn,
    subject: textOf(entry.entryUUID) ?? (Buffer.isBuffer(guid) && guid.length > 0 ? guid.toString('hex') : entry.dn),
    name: textOf(entry[nameAttribute]),
    email: textOf(entry[emailAttribute]),
    // The directory is the admin's own; whether people can change their address in it is what `linkByEmail` is about.
    emailVerified: true,
  };
}

const textOf = (value: unknown): string | null => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : null;
};

/**
 * Whose name and password these are, or null when they are wrong. The password is tried on a connection of its own.
 * Throws `sign_in_unavailable` when the directory does not answer or refuses Atoll.
 */
export async function authenticateInDirectory(
  app: WebApp,
  provider: ProviderRow,
  given: { username: string; password: string },
): Promise<DirectoryEntry | null> {
  // RFC 4513 §5.1.2: a bind with a name and no password succeeds, as nobody. It must never be asked.
  if (given.password === '' || given.username === '') return null;
  const config = ldapConfig(provider);
  try {
    const secret = await bindSecret(app, provider);
    const entry = await withDirectory(config, async (client) => {
      await bindAsSearcher(client, config, secret);
      return findEntry(client, config, given.username);
    });
    // An unknown name costs a bind, too: with a name that cannot be there.
    const dn = entry?.dn ?? `cn=nobody,${config.baseDn}`;
    const right = await withDirectory(config, (client) => passes(client, dn, given.password));
    return entry && right ? entry : null;
  } catch (cause) {
    if (cause instanceof AtollError) throw cause;
    throw new AtollError('sign_in_unavailable', `The directory ${provider.name} does not answer.`, { cause });
  }
}

async function passes(client: Client, dn: string, password: string): Promise<boolean> {
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    if (error instanceof InvalidCredentialsError) return false;
    throw error;
  }
}
