import type { SecondFactorPolicy } from '#server/contract/identity-provider.ts';
import type { QueueOrder } from '#server/contract/queue.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import type { SealingPublicKey } from '#server/platform/sealing.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Every fact that the installation keeps; nothing secret. */
export interface Settings {
  /** Atoll's own key, for authorized_keys. The private half lies sealed in the data folder of the worker. */
  sshIdentity: { publicKey: string; fingerprint: string };
  /** What the web seals secrets to. */
  sealingPublicKey: SealingPublicKey;
  /** Version that migrated the database last. */
  migratedBy: { version: string };
  /** Limits of new projects, where they differ from those built in. */
  quotaDefaults: Partial<Record<QuotaResource, number>>;
  /** Who must have a second factor; nobody while it is not set. */
  secondFactorPolicy: { who: SecondFactorPolicy };
  /** How work of one priority class waits for its turn; fair-share while it is not set. */
  queueOrder: { order: QueueOrder };
  /** Set by a restore: nothing destructive is reconciled until an admin has looked at it (reliability.md F25). */
  restored: { at: string };
}

/** A setting, or null while it is not set. */
export async function findSetting<K extends keyof Settings>(db: DbOrTx, key: K): Promise<Settings[K] | null> {
  const row = await db.setting.findUnique({ where: { key } });
  return row ? (row.value as unknown as Settings[K]) : null;
}

/** Sets a setting. */
export async function putSetting<K extends keyof Settings>(db: DbOrTx, key: K, value: Settings[K]): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    INSERT INTO setting (key, value) VALUES (${key}, ${JSON.stringify(value)}::jsonb)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`);
}

/** Removes a setting; again is no error. */
export async function deleteSetting(db: DbOrTx, key: keyof Settings): Promise<void> {
  await db.setting.deleteMany({ where: { key } });
}
