import type { ManagedUser } from '#server/contract/identity.ts';
import type { ManagedUserRow } from '#server/db/user-store.ts';

/** A user as admins see them. */
export const managedUserView = (row: ManagedUserRow): ManagedUser => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  disabled: row.disabledAt !== null,
  createdAt: row.createdAt.toISOString(),
  lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
  hasPassword: row.hasPassword,
  version: row.version,
});
