import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken } from '#server/platform/hash.ts';
import { makeProject, makeUser } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import { listMemberships, setMembership } from './membership-store.ts';
import {
  findSession,
  insertSession,
  listSessions,
  revokeSession,
  revokeSessions,
  touchSession,
} from './session-store.ts';
import { findSetupLink, insertSetupLink, useSetupLink } from './setup-link-store.ts';
import { deleteSshKey, insertSshKey, listSshKeys } from './ssh-key-store.ts';
import { findToken, insertToken, listTokens, revokeToken } from './token-store.ts';
import {
  findCredentials,
  findUserByEmail,
  hasUsers,
  insertUser,
  listUsers,
  setPassword,
  updateUser,
} from './user-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 8 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const beginSession = async (userId: string, ttlSeconds = 3_600) => {
  const { hash } = newToken('');
  const id = await inTx(db, (tx) =>
    insertSession(tx, { userId, tokenHash: hash, ip: '192.0.2.1', userAgent: 'test', ttlSeconds }),
  );
  return { id, hash };
};

describe('users', () => {
  it('are found by e-mail in any case, and are there once', async () => {
    const user = await makeUser(db, { email: 'Ada@Example.org' });
    expect(await hasUsers(db)).toBe(true);
    expect(user.email).toBe('ada@example.org');
    expect(await findUserByEmail(db, 'ADA@example.ORG')).toEqual(user);
    await expect(makeUser(db, { email: 'ada@EXAMPLE.org' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      inTx(db, (tx) => insertUser(tx, { email: 'x@example.org', name: 'x', role: 'root' as 'admin' })),
    ).rejects.toThrow('user_role_known');
  });

  it('show their password hash to a sign-in alone, and not while they are disabled', async () => {
    const user = await makeUser(db);
    await inTx(db, (tx) => setPassword(tx, user, '$argon2id$…'));
    await inTx(db, (tx) => updateUser(tx, user, { role: 'auditor' }));
    expect(await findCredentials(db, user.email)).toEqual({
      user: { ...user, role: 'auditor' },
      passwordHash: '$argon2id$…',
    });
    const listed = await listUsers(db, {}, { limit: 200 });
    expect(JSON.stringify(listed)).not.toContain('argon2');
    await inTx(db, (tx) => updateUser(tx, user, { disabledAt: new Date() }));
    expect(await findCredentials(db, user.email)).toBeNull();
    await expect(
      inTx(db, (tx) => setPassword(tx, { id: '0190d1f0-0000-7000-8000-000000000001' }, 'x')),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('see the projects that they are members of', async () => {
    const user = await makeUser(db);
    const [own, other] = [await makeProject(db, { ownerId: user.id }), await makeProject(db)];
    expect(await listMemberships(db, { userId: user.id })).toMatchObject([
      { projectId: own.id, slug: own.slug, name: own.name, role: 'owner' },
    ]);
    await inTx(db, (tx) => setMembership(tx, { projectId: other.id, userId: user.id }, 'viewer'));
    expect(await listMemberships(db, { userId: user.id })).toHaveLength(2);
  });
});

describe('sessions', () => {
  it('are found while they are good, by the clock of the database', async () => {
    const user = await makeUser(db);
    const { id, hash } = await beginSession(user.id);
    expect(await findSession(db, hash)).toMatchObject({ session: { id, userId: user.id, ip: '192.0.2.1' }, user });
    await touchSession(db, { id });
    expect(await findSession(db, newToken('').hash)).toBeNull();
    expect(await findSession(db, (await beginSession(user.id, -1)).hash)).toBeNull();
    await inTx(db, (tx) => updateUser(tx, user, { disabledAt: new Date() }));
    expect(await findSession(db, hash)).toBeNull();
  });

  it('end one by one or all but one, and only those of the user', async () => {
    const [user, other] = [await makeUser(db), await makeUser(db)];
    const [one, two, three] = [await beginSession(user.id), await beginSession(user.id), await beginSession(user.id)];
    expect(await inTx(db, (tx) => revokeSession(tx, { userId: other.id, id: one.id }))).toBe(false);
    expect(await inTx(db, (tx) => revokeSession(tx, { userId: user.id, id: one.id }))).toBe(true);
    expect(await findSession(db, one.hash)).toBeNull();
    expect(await listSessions(db, { userId: user.id })).toHaveLength(2);
    expect(await inTx(db, (tx) => revokeSessions(tx, { userId: user.id, exceptId: two.id }))).toBe(1);
    expect(await findSession(db, three.hash)).toBeNull();
    expect(await findSession(db, two.hash)).not.toBeNull();
    expect(await inTx(db, (tx) => revokeSessions(tx, { userId: user.id }))).toBe(1);
  });
});

describe('one-time links', () => {
  const makeLink = async (userId: string | null, ttlSeconds = 60) => {
    const { hash } = newToken('');
    const purpose = userId ? 'reset' : 'first-run';
    await inTx(db, (tx) => insertSetupLink(tx, { tokenHash: hash, purpose, userId, ttlSeconds }));
    return hash;
  };

  it('work once, whoever races', async () => {
    const hash = await makeLink(null);
    expect(await findSetupLink(db, hash)).toMatchObject({ purpose: 'first-run', userId: null, email: null });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => inTx(db, (tx) => useSetupLink(tx, hash))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'setup_done' });
    expect(await findSetupLink(db, hash)).toBeNull();
  });

  it('stop working when they expire and when a newer one is made', async () => {
    const user = await makeUser(db);
    expect(await findSetupLink(db, await makeLink(user.id, -1))).toBeNull();
    const older = await makeLink(user.id);
    const newer = await makeLink(user.id);
    const others = await makeLink((await makeUser(db)).id);
    expect(await findSetupLink(db, older)).toBeNull();
    expect(await findSetupLink(db, newer)).toMatchObject({ email: user.email });
    expect(await findSetupLink(db, others)).not.toBeNull();
  });
});

describe('API tokens', () => {
  const makeToken = async (userId: string, ttlSeconds = 3_600) => {
    const { hash, hint } = newToken('atoll_');
    const fields = { userId, projectId: null, name: 'ci', prefix: hint, tokenHash: hash, ttlSeconds };
    return { hash, row: await inTx(db, (tx) => insertToken(tx, { ...fields, scopes: ['instance:read', 'all'] })) };
  };

  it('are found with their user until they expire, are revoked, or the user is disabled', async () => {
    const user = await makeUser(db);
    const { hash, row } = await makeToken(user.id);
    expect(await findToken(db, hash)).toEqual({ token: row, user });
    expect(row.scopes).toEqual(['instance:read', 'all']);
    expect(await findToken(db, (await makeToken(user.id, -1)).hash)).toBeNull();
    await expect(
      inTx(db, async (tx) => revokeToken(tx, { userId: (await makeUser(db)).id, id: row.id })),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    await inTx(db, (tx) => revokeToken(tx, { userId: user.id, id: row.id }));
    expect(await findToken(db, hash)).toBeNull();
    const second = await makeToken(user.id);
    await inTx(db, (tx) => updateUser(tx, user, { disabledAt: new Date() }));
    expect(await findToken(db, second.hash)).toBeNull();
    expect((await listTokens(db, { userId: user.id }, { limit: 2 })).next).not.toBeNull();
  });

  it('live at most a year', async () => {
    const user = await makeUser(db);
    await expect(makeToken(user.id, 400 * 86_400)).rejects.toThrow('api_token_expires_in_a_year');
  });
});

it('keeps SSH keys, once each, per user', async () => {
  const [user, other] = [await makeUser(db), await makeUser(db)];
  const key = { userId: user.id, name: 'laptop', publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:x' };
  const row = await inTx(db, (tx) => insertSshKey(tx, key));
  await expect(inTx(db, (tx) => insertSshKey(tx, key))).rejects.toMatchObject({ code: 'conflict' });
  await expect(inTx(db, (tx) => deleteSshKey(tx, { userId: other.id, id: row.id }))).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await listSshKeys(db, { userId: user.id })).toEqual([row]);
  await inTx(db, (tx) => deleteSshKey(tx, { userId: user.id, id: row.id }));
  expect(await listSshKeys(db, { userId: user.id })).toEqual([]);
});
