import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Secret } from '#server/platform/secret.ts';
import { queueSchema } from './migrate.ts';

/**
 * Two processes, two roles (architecture.md): the web cannot read what is sealed, and neither can change what was
 * audited. The owner, who migrates, is a third that no process of the application runs as.
 */
export interface RoleNames {
  web: string;
  worker: string;
}

/** `atoll_web` and `atoll_worker` for the database `atoll`: roles belong to a server, and databases beside each other have their own. */
export function roleNames(database: string): RoleNames {
  const names = { web: `${database}_web`, worker: `${database}_worker` };
  // PostgreSQL cuts longer identifiers (NAMEDATALEN), and two roles might become one.
  if (Buffer.byteLength(names.worker) > 63)
    throw new Error(`The database name ${database} is too long: at most 56 bytes.`);
  return names;
}

/**
 * Makes both roles, or gives them new passwords, and grants what each needs. Idempotent; call it after `migrate` with every
 * start, so that new tables are covered. Answers the URLs as which web and worker connect.
 * Throws when the owner may not make roles.
 */
export async function ensureRoles(
  ownerUrl: string,
  passwords: { web: Secret<string>; worker: Secret<string> },
): Promise<{ webUrl: string; workerUrl: string }> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'atoll-roles' });
  await client.connect();
  try {
    const { rows } = await client.query<{ database: string }>('SELECT current_database() AS database');
    const database = rows[0]?.database ?? '';
    const names = roleNames(database);
    await client.query('BEGIN');
    // Roles are shared by all databases of a server, and two that are granted at once fail with "tuple concurrently updated".
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('atoll-roles'))`);
    await putRole(client, names.web, passwords.web);
    await putRole(client, names.worker, passwords.worker);
    await client.query(grants(database, names));
    await client.query('COMMIT');
    return {
      webUrl: urlOf(ownerUrl, names.web, passwords.web),
      workerUrl: urlOf(ownerUrl, names.worker, passwords.worker),
    };
  } finally {
    await client.end();
  }
}

async function putRole(client: Client, name: string, password: Secret<string>): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  await client.query(
    `${verb} ROLE ${escapeIdentifier(name)} LOGIN NOINHERIT PASSWORD ${escapeLiteral(scramVerifier(password))}`,
  );
}

/** What the web may do with secrets: see that they are there, write and remove them. Never their ciphertext. */
const visibleSecretColumns = 'id, owner_type, owner_id, purpose, key_id, created_at';

/** What the application says of what happened. */
const auditColumns =
  'actor_id, actor_name, token_id, ip, request_id, project_id, action, target_type, target_id, outcome, code, detail';

function grants(database: string, names: RoleNames): string {
  const web = escapeIdentifier(names.web);
  const worker = escapeIdentifier(names.worker);
  const both = `${web}, ${worker}`;
  const queue = escapeIdentifier(queueSchema);
  return `
    REVOKE ALL ON DATABASE ${escapeIdentifier(database)} FROM PUBLIC;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${both};
    GRANT USAGE ON SCHEMA public TO ${both};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${both};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${both};

    REVOKE ALL ON _prisma_migrations FROM ${both};
    GRANT SELECT ON _prisma_migrations TO ${both};
    REVOKE ALL ON audit FROM ${both};
    -- Number, time and chain are the database's to give.
    GRANT SELECT, INSERT (${auditColumns}) ON audit TO ${both};
    -- Written by the database's own triggers alone.
    REVOKE ALL ON audit_head, usage_span FROM ${both};
    GRANT SELECT ON audit_head, usage_span TO ${both};
    -- Tickets are made by the web and used by the worker, who alone says what is open.
    REVOKE ALL ON console_ticket, console_session, console_share, console_worker FROM ${both};
    GRANT INSERT, DELETE ON console_ticket TO ${web};
    GRANT SELECT (expires_at) ON console_ticket TO ${web};
    GRANT SELECT, UPDATE (used_at) ON console_ticket TO ${worker};
    GRANT SELECT ON console_session, console_worker TO ${web};
    GRANT SELECT, INSERT, UPDATE, DELETE ON console_session, console_worker TO ${worker};
    GRANT SELECT, INSERT, UPDATE ON console_share TO ${web};
    GRANT SELECT ON console_share TO ${worker};
    -- How people sign in is the web's business.
    REVOKE ALL ON totp_credential, passkey, recovery_code, pending_sign_in, identity_provider FROM ${worker};
    REVOKE ALL ON sealed_secret FROM ${web};
    GRANT SELECT (${visibleSecretColumns}), INSERT, DELETE ON sealed_secret TO ${web};

    GRANT USAGE ON SCHEMA ${queue} TO ${both};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${queue} TO ${both};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${queue} TO ${both};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queue} TO ${both};`;
}

/**
 * What PostgreSQL stores of a password (RFC 5803): sent in its place, so that the password itself cannot come
 * into a log of statements. Passwords are ASCII, hence no SASLprep.
 */
function scramVerifier(password: Secret<string>): string {
  const iterations = 4_096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.reveal(), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function urlOf(ownerUrl: string, name: string, password: Secret<string>): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password.reveal());
  return url.href;
}
