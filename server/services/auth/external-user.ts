import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import { findLinkedUser, linkIdentity, type ProviderRow } from '#server/db/identity-provider-store.ts';
import { findUserByEmail, getUser, type UserRow } from '#server/db/user-store.ts';
import { newId } from '#server/platform/id.ts';
import { insertUserWithProject } from '../user/insert-user-with-project.ts';

/** Who a provider or directory says that somebody is. */
export interface ExternalPerson {
  subject: string;
  name: string | null;
  email: string | null;
  /** Whether the address may be believed: verified by the provider. */
  emailVerified: boolean;
}

const refused = (message: string, hint: string): AtollError => new AtollError('sign_in_failed', message, { hint });

/**
 * The user of somebody whom a provider has vouched for: linked before; or with an e-mail that may be believed, where the provider links
 * by it; or made now, where it makes users. Never by a name, and never by an e-mail that nobody verified.
 * Throws `sign_in_failed`.
 */
export async function userOfPerson(tx: AtollTx, provider: ProviderRow, person: ExternalPerson): Promise<UserRow> {
  const link = { providerId: provider.id, subject: person.subject };
  const linked = await findLinkedUser(tx, link);
  if (linked) return mustBeEnabled(await getUser(tx, { id: linked.userId }));
  const email = person.emailVerified && person.email ? person.email.toLowerCase() : null;
  const known = email ? await findUserByEmail(tx, email) : null;
  if (known) {
    if (!provider.config.linkByEmail)
      throw refused(
        `There is an account for ${known.email} that is not linked to ${provider.name}.`,
        'Sign in with your password, and link it in your profile.',
      );
    mustBeEnabled(known);
    await linkIdentity(tx, { ...link, userId: known.id });
    return known;
  }
  if (!email)
    throw refused(
      `${provider.name} does not say an e-mail that it has verified.`,
      'Sign in with your password and link it in your profile, or ask an admin.',
    );
  if (!provider.createUsers)
    throw refused(`There is no account here for ${email}.`, 'Ask an admin to make one, or for an invitation.');
  const name = person.name?.trim().slice(0, 100) || email.split('@', 1)[0] || email;
  const user = await insertUserWithProject(tx, { id: newId(), email, name, role: 'user', passwordHash: null });
  await linkIdentity(tx, { ...link, userId: user.id });
  return user;
}

function mustBeEnabled(user: UserRow): UserRow {
  if (user.disabledAt) throw refused('This account is disabled.', 'Ask an admin.');
  return user;
}
