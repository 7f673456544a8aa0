import { AtollError } from '#server/contract/errors.ts';
import type { ProviderConfig, ProviderKind } from '#server/contract/identity-provider.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { requireVersion } from './version.ts';

/** An OpenID provider or a directory. Its secret is never part of it: see {@link readProviderSecret}. */
export interface ProviderRow {
  id: string;
  kind: ProviderKind;
  name: string;
  enabled: boolean;
  config: ProviderConfig;
  hasSecret: boolean;
  createUsers: boolean;
  createdAt: Date;
  version: number;
}

const select = {
  id: true,
  kind: true,
  name: true,
  enabled: true,
  config: true,
  createUsers: true,
  createdAt: true,
  version: true,
} as const;

type Selected = Omit<ProviderRow, 'kind' | 'config' | 'hasSecret'> & { kind: string; config: unknown };

const toRow = (row: Selected, hasSecret: boolean): ProviderRow => ({
  ...row,
  kind: row.kind as ProviderKind,
  config: row.config as ProviderConfig,
  hasSecret,
});

/** All providers by name, or those that people may sign in with. */
export async function listProviders(db: DbOrTx, filter: { enabled?: boolean } = {}): Promise<ProviderRow[]> {
  const where = filter.enabled === undefined ? {} : { enabled: filter.enabled };
  const rows = await db.identityProvider.findMany({ where, select, orderBy: { name: 'asc' } });
  const without = await db.identityProvider.findMany({ where: { ...where, secret: null }, select: { id: true } });
  return rows.map((row) => toRow(row, !without.some(({ id }) => id === row.id)));
}

/** One provider. Throws not_found. */
export async function getProvider(db: DbOrTx, ref: { id: string }): Promise<ProviderRow> {
  const row = (await listProviders(db)).find(({ id }) => id === ref.id);
  if (!row) throw new AtollError('not_found', 'There is no such way to sign in.');
  return row;
}

/** What is locked in the row of a provider, or null without a secret. */
export async function readProviderSecret(db: DbOrTx, ref: { id: string }): Promise<Uint8Array | null> {
  return (await db.identityProvider.findUnique({ where: { id: ref.id }, select: { secret: true } }))?.secret ?? null;
}

const taken = (cause: unknown): AtollError =>
  new AtollError('name_taken', 'There is a way to sign in with this name already.', {
    cause,
    fields: [{ pointer: '/name', code: 'taken', message: 'This name is taken.' }],
  });

interface Writable {
  name: string;
  enabled: boolean;
  config: ProviderConfig;
  createUsers: boolean;
  secret: Uint8Array<ArrayBuffer> | null;
}

/** Makes a provider under an id that was drawn before, because its secret is locked for that row. Throws name_taken. */
export async function insertProvider(
  tx: AtollTx,
  provider: Writable & { id: string; kind: ProviderKind },
): Promise<ProviderRow> {
  try {
    await tx.identityProvider.createMany({ data: { ...provider, config: { ...provider.config } } });
  } catch (error) {
    if (isUniqueViolation(error, 'identity_provider_name_key')) throw taken(error);
    throw error;
  }
  return getProvider(tx, provider);
}

/** Changes a provider; a secret that is left out stays. Throws not_found, precondition_failed, name_taken. */
export async function updateProvider(
  tx: AtollTx,
  ref: { id: string },
  patch: Partial<Writable>,
  expectedVersion?: number,
): Promise<ProviderRow> {
  const before = await getProvider(tx, ref);
  requireVersion(before.version, expectedVersion);
  const { config, ...rest } = patch;
  const data = { ...rest, ...(config && { config: { ...config } }), version: { increment: 1 } };
  try {
    await tx.identityProvider.updateMany({ where: ref, data });
  } catch (error) {
    if (isUniqueViolation(error, 'identity_provider_name_key')) throw taken(error);
    throw error;
  }
  return getProvider(tx, ref);
}

/** Forgets a provider, and who is who there. Throws not_found. */
export async function deleteProvider(tx: AtollTx, ref: { id: string }): Promise<void> {
  const { count } = await tx.identityProvider.deleteMany({ where: ref });
  if (count === 0) throw new AtollError('not_found', 'There is no such way to sign in.');
}

/** Who somebody is at a provider. */
export interface UserIdentityRow {
  id: string;
  userId: string;
  providerId: string;
  providerName: string;
  kind: ProviderKind;
  createdAt: Date;
}

/** The user that a subject of a provider is linked to, or null. */
export async function findLinkedUser(
  db: DbOrTx,
  who: { providerId: string; subject: string },
): Promise<{ userId: string } | null> {
  return db.userIdentity.findUnique({ where: { providerId_subject: who }, select: { userId: true } });
}

/** Links a user to a subject. Throws `conflict` when the subject is linked already. */
export async function linkIdentity(
  tx: AtollTx,
  link: { userId: string; providerId: string; subject: string },
): Promise<string> {
  const id = newId();
  try {
    await tx.userIdentity.createMany({ data: { id, ...link } });
  } catch (error) {
    if (!isUniqueViolation(error, 'user_identity_provider_id_subject_key')) throw error;
    throw new AtollError('conflict', 'This account is linked to a user already.', { cause: error });
  }
  return id;
}

/** Where a user is known. */
export async function listIdentities(db: DbOrTx, ref: { userId: string }): Promise<UserIdentityRow[]> {
  const rows = await db.userIdentity.findMany({
    where: { userId: ref.userId },
    include: { provider: { select: { name: true, kind: true } } },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ provider, subject: _, ...row }) => ({
    ...row,
    providerName: provider.name,
    kind: provider.kind as ProviderKind,
  }));
}

/** Unlinks. Throws not_found. */
export async function unlinkIdentity(tx: AtollTx, ref: { id: string; userId: string }): Promise<void> {
  const { count } = await tx.userIdentity.deleteMany({ where: ref });
  if (count === 0) throw new AtollError('not_found', 'There is no such link.');
}
