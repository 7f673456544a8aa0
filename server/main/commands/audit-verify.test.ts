import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendAudit } from '#server/db/audit-store.ts';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { AuditAnchors, anchorAudit } from '#server/operations/reconcilers/audit-anchors.ts';
import { anchorFile } from '#server/platform/audit-anchors.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { createTestDatabase } from '#server/testing/test-database.ts';
import { type DataDirectory, prepareDataDirectory } from '../data-directory.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { backupCommand } from './backup.ts';
import type { CommandContext } from './command.ts';
import { restoreCommand } from './restore.ts';

let root: string;
let directory: DataDirectory;
let db: Db;
let sql: Client;
let context: CommandContext;
let projectA: string;
let projectB: string;
let drop: () => Promise<void>;

/** Ids of the records of a chain, in order. */
let idsOf: (projectId: string | null) => Promise<string[]>;

async function write(count: number, projectId: string | null): Promise<void> {
  for (let n = 1; n <= count; n++)
    await inTx(db, (tx) =>
      appendAudit(tx, {
        actor: {
          id: n % 2 ? newId() : null,
          name: n % 3 ? 'Ада “\\”\u0001\u007f\u2028 \t\n' : null,
          ip: '::1',
          requestId: 'r',
        },
        projectId,
        action: `thing.change${n}`,
        target: n % 2 ? { type: 'thing', id: 'x"y' } : null,
        outcome: n % 2 ? 'done' : 'refused',
        code: n % 2 ? null : 'forbidden',
        detail: {
          n,
          float: 1.5e-7,
          big: 123456789012345680000,
          text: '</script>\u2029',
          deep: [{ b: null, a: [true, ''] }],
        },
      }),
    );
}

/** As a superuser with every trigger off. */
async function tamper(statement: string, values: unknown[] = []): Promise<void> {
  await sql.query('SET session_replication_role = replica');
  await sql.query(statement, values);
  await sql.query('SET session_replication_role = DEFAULT');
}

interface Told {
  fault: string;
  chain: string;
  seq: string;
  id: string | null;
}

async function verify(): Promise<{
  sound: boolean;
  findings: Told[];
  records: number;
  exitCode: number;
  text: string;
}> {
  const { json, exitCode, text } = await auditVerifyCommand.run([], context);
  const { findings, ...rest } = json as { sound: boolean; findings: (Told & { message: string })[]; records: number };
  return { ...rest, findings: findings.map(({ message: _, ...told }) => told), exitCode: exitCode ?? 0, text };
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-audit-'));
  directory = await prepareDataDirectory(join(root, 'data'));
  const database = await createTestDatabase();
  drop = database.drop;
  db = createDb(database.url, { max: 4 });
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  context = { directory, databaseUrl: database.url, env: { NODE_ENV: 'test' } };
  projectA = newId();
  projectB = newId();
  await write(6, projectA);
  await write(4, null);
  await write(3, projectB);
  idsOf = async (projectId) =>
    (await db.audit.findMany({ where: { projectId }, orderBy: { chainSeq: 'asc' } })).map(({ id }) => String(id));
});
afterEach(async () => {
  await sql.end();
  await db.$disconnect();
  await drop();
  await rm(root, { recursive: true });
});

describe('an audit that nobody touched', () => {
  it('is sound, with whatever stands in its columns', async () => {
    expect(await verify()).toMatchObject({ sound: true, findings: [], records: 13, exitCode: 0 });
  });

  it('is sound after many at once wrote into the same chains', async () => {
    const many = createDb(context.databaseUrl ?? '', { max: 8 });
    const record = { actor: { id: null, name: null }, action: 'a.b', outcome: 'done' } as const;
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        inTx(
          many,
          async (tx) => {
            await appendAudit(tx, { ...record, projectId: n % 3 ? projectA : null });
            if (n % 10 === 0) throw new Error('given up');
          },
          { waitMs: 60_000, timeoutMs: 60_000 },
        ).catch((error: Error) => {
          if (error.message !== 'given up') throw error;
        }),
      ),
    );
    await many.$disconnect();
    expect(await verify()).toMatchObject({ sound: true, records: 13 + 54 });
    const rows = await db.audit.findMany({ where: { projectId: projectA }, orderBy: { chainSeq: 'asc' } });
    expect(rows.map(({ chainSeq }) => Number(chainSeq))).toEqual(rows.map((_, index) => index + 1));
    expect(rows.every(({ at }, index) => index === 0 || at >= (rows[index - 1]?.at ?? at))).toBe(true);
  });
});

describe('a superuser who', () => {
  it.each([
    ['outcome', `outcome = 'done', code = NULL`],
    ['actor', 'actor_id = gen_random_uuid()'],
    ['name', `actor_name = ''`],
    ['time', `at = at - interval '1 millisecond'`],
    ['detail', `detail = detail || '{"n": 2.0}'`],
    ['NULL to empty', `code = coalesce(code, '') || ' '`],
    ['hash', `hash = sha256('x')`],
    ['prev_hash', `prev_hash = sha256('x')`],
    ['id', 'id = id + 1000000'],
  ])('changes one column (%s) is found at that record', async (_, change) => {
    const [, second] = await idsOf(null);
    await tamper(`UPDATE audit SET ${change} WHERE id = $1`, [second]);
    const found = (await verify()).findings;
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ fault: 'changed', chain: 'system', seq: '2' });
    if (!change.startsWith('id')) expect(found[0]?.id).toBe(second);
  });

  it('changes a record and hashes it anew is found at that record, by the next or by the head', async () => {
    const rehash = (id: string | undefined) =>
      tamper(`UPDATE audit a SET hash = sha256(prev_hash || convert_to(audit_canonical(a), 'UTF8')) WHERE id = $1`, [
        id,
      ]);
    const ids = await idsOf(projectA);
    await tamper(`UPDATE audit SET actor_name = 'Eve' WHERE id = ANY($1)`, [[ids[2], ids[5]]]);
    await rehash(ids[2]);
    await rehash(ids[5]);
    expect((await verify()).findings).toEqual([
      { fault: 'rewritten', chain: projectA, seq: '3', id: ids[2] },
      { fault: 'head_changed', chain: projectA, seq: '6', id: ids[5] },
    ]);
  });

  it('deletes in the middle, at the beginning and at the end', async () => {
    const ids = await idsOf(projectA);
    await tamper('DELETE FROM audit WHERE id = ANY($1)', [[ids[0], ids[2], ids[3], ids[5]]]);
    const { findings, text } = await verify();
    expect(findings).toEqual([
      { fault: 'removed', chain: projectA, seq: '1', id: null },
      { fault: 'removed', chain: projectA, seq: '3', id: null },
      { fault: 'removed_at_end', chain: projectA, seq: '6', id: null },
    ]);
    expect(text).toContain(
      `Records 3 to 4 of the chain are gone; they came after record ${ids[1]}, before record ${ids[4]}.`,
    );
  });

  it('deletes a whole chain', async () => {
    await tamper('DELETE FROM audit WHERE project_id = $1', [projectB]);
    expect((await verify()).findings).toEqual([{ fault: 'removed_at_end', chain: projectB, seq: '1', id: null }]);
  });

  it('inserts a record, behind the end or into a gap of their own making', async () => {
    const copy = `INSERT INTO audit (id, at, action, outcome, project_id, chain, chain_seq, prev_hash, hash)
      SELECT $1, at, action, outcome, project_id, chain, $2, prev_hash, hash FROM audit WHERE id = $3`;
    const ids = await idsOf(projectB);
    await tamper(copy, [900_001, 4, ids[2]]);
    await tamper('DELETE FROM audit WHERE id = $1', [ids[1]]);
    await tamper(copy, [900_002, 2, ids[0]]);
    expect((await verify()).findings).toEqual([
      { fault: 'changed', chain: projectB, seq: '2', id: '900002' },
      { fault: 'inserted', chain: projectB, seq: '4', id: '900001' },
    ]);
  });

  it('puts records into another order', async () => {
    const ids = await idsOf(projectA);
    await tamper('UPDATE audit SET chain_seq = -chain_seq WHERE id = ANY($1)', [[ids[1], ids[2], ids[4]]]);
    for (const [from, to] of [
      [1, 5],
      [2, 2],
      [4, 3],
    ] as const)
      await tamper('UPDATE audit SET chain_seq = $2 WHERE id = $1', [ids[from], to]);
    const { findings, text } = await verify();
    expect(findings).toEqual([
      { fault: 'reordered', chain: projectA, seq: '2', id: ids[2] },
      { fault: 'reordered', chain: projectA, seq: '3', id: ids[4] },
      { fault: 'reordered', chain: projectA, seq: '5', id: ids[1] },
    ]);
    expect(text).toContain(`Record ${ids[4]} stands at place 3, but was written at place 5.`);
  });

  it('moves a record into another chain', async () => {
    const ids = await idsOf(projectB);
    await tamper('DELETE FROM audit WHERE project_id IS NULL AND chain_seq = 4');
    await tamper(`UPDATE audit SET chain = 'system', chain_seq = 4 WHERE id = $1`, [ids[2]]);
    const found = (await verify()).findings.toSorted((a, b) => a.fault.localeCompare(b.fault));
    expect(found).toEqual([
      { fault: 'moved', chain: 'system', seq: '4', id: ids[2] },
      { fault: 'removed_at_end', chain: projectB, seq: '3', id: null },
    ]);
  });

  it('changes a head, or removes it', async () => {
    const last = (await idsOf(null)).at(-1);
    await tamper(`UPDATE audit_head SET hash = sha256('x') WHERE chain = 'system'`);
    await tamper('DELETE FROM audit_head WHERE chain = $1', [projectB]);
    const found = (await verify()).findings;
    expect(found).toContainEqual({ fault: 'head_changed', chain: 'system', seq: '4', id: last });
    expect(found).toContainEqual(expect.objectContaining({ fault: 'head_changed', chain: projectB, seq: '3' }));
  });

  it('cuts the end off and sets the head back is told by the anchor', async () => {
    await anchorAudit(db, directory.root, 'daily');
    await write(1, projectA);
    const cut = `UPDATE audit_head h SET chain_seq = a.chain_seq, hash = a.hash FROM audit a
      WHERE a.chain = h.chain AND h.chain = $1 AND a.chain_seq = 4`;
    await tamper('DELETE FROM audit WHERE project_id = $1 AND chain_seq > 4', [projectA]);
    await tamper(cut, [projectA]);
    await tamper('DELETE FROM audit WHERE project_id = $1', [projectB]);
    await tamper('DELETE FROM audit_head WHERE chain = $1', [projectB]);
    const { findings, exitCode } = await verify();
    expect(exitCode).toBe(1);
    expect(findings).toHaveLength(2);
    expect(findings).toContainEqual({ fault: 'behind_anchor', chain: projectA, seq: '5', id: null });
    expect(findings).toContainEqual({ fault: 'behind_anchor', chain: projectB, seq: '1', id: null });
  });

  it('makes a whole chain anew is told by the anchor, at the record it wrote down', async () => {
    await anchorAudit(db, directory.root, 'daily');
    const ids = await idsOf(null);
    await tamper(`UPDATE audit SET actor_name = 'Eve' WHERE id = $1`, [ids[1]]);
    // Every hash from there on, and the head: sound in itself.
    await tamper(`DO $$
      DECLARE r audit%ROWTYPE; prev bytea := '';
      BEGIN
        FOR r IN SELECT * FROM audit WHERE chain = 'system' ORDER BY chain_seq LOOP
          r.prev_hash := prev;
          r.hash := sha256(prev || convert_to(audit_canonical(r), 'UTF8'));
          prev := r.hash;
          UPDATE audit SET prev_hash = r.prev_hash, hash = r.hash WHERE id = r.id;
        END LOOP;
        UPDATE audit_head SET hash = prev WHERE chain = 'system';
      END $$`);
    expect((await verify()).findings).toEqual([{ fault: 'rewritten', chain: 'system', seq: '4', id: ids[3] }]);
    await rm(anchorFile(directory.root));
    expect((await verify()).sound).toBe(true);
  });
});

describe('anchors', () => {
  it('are written once a day into a file that only its owner reads', async () => {
    const anchors = new AuditAnchors({
      db,
      log: createLog({ process: 'worker', level: 'silent' }),
      dataDir: directory.root,
    });
    expect(await anchors.anchorIfDue()).toBe(true);
    expect(await anchors.anchorIfDue()).toBe(false);
    const path = anchorFile(directory.root);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const [line] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const anchor = JSON.parse(line ?? '') as { at: string };
    // A day later, by what the file says; behind a line that a power cut left half written.
    await writeFile(path, `${JSON.stringify({ ...anchor, at: '2020-01-01T00:00:00.000Z' })}\n{"at":"20`);
    expect(await anchors.anchorIfDue()).toBe(true);
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(3);
    const { json, text } = await auditVerifyCommand.run([], context);
    expect(json).toMatchObject({ sound: false, findings: [], anchors: { count: 2, unreadable: [2] } });
    expect(text).toContain('line 2 cannot be read');
  });

  it('come with backups, and a restore is no tampering', async () => {
    const file = join(root, 'atoll.backup');
    await backupCommand.run([file], context);
    await write(5, projectA);
    await anchorAudit(db, directory.root, 'daily');
    await restoreCommand.run([file, '--replace'], context);
    expect(await verify()).toMatchObject({ sound: true, records: 13 });
    // The chain goes on where the backup ended, and what stood there before is not asked for.
    await write(3, projectA);
    expect(await verify()).toMatchObject({ sound: true, records: 16 });
    await tamper('DELETE FROM audit WHERE project_id = $1 AND chain_seq > 4', [projectA]);
    await tamper(
      `UPDATE audit_head h SET chain_seq = 4, hash = a.hash FROM audit a WHERE a.chain = h.chain AND a.chain_seq = 4 AND h.chain = $1`,
      [projectA],
    );
    expect((await verify()).findings).toEqual([{ fault: 'behind_anchor', chain: projectA, seq: '5', id: null }]);
  });
});
