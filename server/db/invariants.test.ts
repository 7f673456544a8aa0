import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeHost, makeInstance, makeOperation, makeProject, makeVolume } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { appendAudit } from './audit-store.ts';
import { createDb, type Db, inTx } from './client.ts';
import { appendEvent } from './event-store.ts';
import type { HostRow } from './host-store.ts';
import type { InstanceRow } from './instance-store.ts';
import { findViolations } from './invariants.ts';
import type { OperationRow } from './operation-store.ts';
import type { ProjectRow } from './project-store.ts';
import type { VolumeRow } from './volume-store.ts';

let database: TestDatabase;
let db: Db;
let project: ProjectRow;
let host: HostRow;
let instance: InstanceRow;
let volume: VolumeRow;
let operation: OperationRow;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** A sound little cloud for each test: the one before has broken its own. */
beforeEach(async () => {
  await db.$executeRawUnsafe(
    'TRUNCATE reservation, operation, instance, volume, quota, pool_quota, host_inventory, outbox CASCADE',
  );
  project = await makeProject(db);
  host = await makeHost(db);
  instance = await makeInstance(db, { projectId: project.id, hostId: host.id });
  volume = await makeVolume(db, { projectId: project.id, hostId: host.id, instanceId: instance.id });
  const target = { type: 'instance', id: instance.id, name: instance.name };
  operation = await makeOperation(db, { projectId: project.id, target });
  expect(await findViolations(db)).toEqual([]);
});

/** Each breaks one thing with plain SQL, past the stores, as a fault would. */
const faults: [name: string, invariant: string, sql: () => string, about: () => string][] = [
  [
    'a quota that counts more than is claimed',
    'I1',
    () => `UPDATE quota SET used = used + 1 WHERE resource = 'vcpus'`,
    () => project.id,
  ],
  [
    'a host that counts less',
    'I1',
    () => `UPDATE host_inventory SET used = 0 WHERE resource = 'diskGiB'`,
    () => host.id,
  ],
  ['a claim without a counter', 'I1', () => `DELETE FROM host_inventory WHERE resource = 'vcpus'`, () => host.id],
  ['a claim of something that is gone', 'I1', () => 'DELETE FROM instance', () => instance.id],
  ['an instance without its claims', 'I1', () => 'UPDATE instance SET vcpus = 2', () => instance.id],
  [
    'a quota in a pool that counts less',
    'I1',
    () => `UPDATE pool_quota SET used = 0 WHERE resource = 'vcpus'`,
    () => project.id,
  ],
  [
    'a host that changed its pool without its claims',
    'I1',
    () => `WITH other AS (INSERT INTO host_pool (id, name) VALUES (gen_random_uuid(), gen_random_uuid()) RETURNING id)
      UPDATE host SET pool_id = (SELECT id FROM other)`,
    () => instance.id,
  ],
  ['a volume without its claims', 'I1', () => 'UPDATE volume SET size_gib = 2', () => volume.id],
  [
    'more than the quota allows',
    'I2',
    () => `DO $$ BEGIN
      ALTER TABLE quota DROP CONSTRAINT IF EXISTS quota_within_limit;
      UPDATE quota SET lim = 0 WHERE resource = 'memoryMiB'; END $$`,
    () => project.id,
  ],
  [
    'more than the quota in a pool allows',
    'I2',
    () => `DO $$ BEGIN
      ALTER TABLE pool_quota DROP CONSTRAINT IF EXISTS pool_quota_within_limit;
      UPDATE pool_quota SET lim = 0 WHERE resource = 'memoryMiB'; END $$`,
    () => project.id,
  ],
  [
    'more than the host has',
    'I2',
    () => `UPDATE host_inventory SET reserved = total WHERE resource = 'vcpus'`,
    () => host.id,
  ],
  [
    'a lease that does not end',
    'I5',
    () => `UPDATE operation SET owner = 'w', lease_until = now() + interval '1 hour'`,
    () => operation.id,
  ],
  ['work that is put off for ever', 'I5', () => `UPDATE operation SET run_after = 'infinity'`, () => operation.id],
  ['an end without an end', 'I5', () => `UPDATE operation SET state = 'succeeded'`, () => operation.id],
  [
    'a step that runs after the end',
    'I5',
    () => `WITH ended AS (UPDATE operation SET state = 'failed', ended_at = now())
      UPDATE operation_step SET state = 'running' WHERE seq = 1`,
    () => operation.id,
  ],
  ['a change that nobody was told', 'I6', () => 'UPDATE instance SET version = version + 1', () => instance.id],
  [
    'a telling of what did not happen',
    'I6',
    () => `UPDATE outbox SET version = 99 WHERE topic = 'operation'`,
    () => operation.id,
  ],
  [
    'work that is not in the audit',
    'I6',
    () => `UPDATE operation SET request_id = 'r1', created_by_id = gen_random_uuid()`,
    () => operation.id,
  ],
  ['stuck work that nobody was told', 'I7', () => `UPDATE operation SET state = 'stuck'`, () => operation.id],
];

it.each(faults)('finds %s', async (_, invariant, sql, about) => {
  await db.$executeRawUnsafe(sql());
  const found = await findViolations(db);
  expect(found.map((violation) => violation.invariant)).toContain(invariant);
  const violation = found.find((one) => one.invariant === invariant);
  expect(violation?.ids).toContain(about());
  expect(violation?.message.length).toBeGreaterThan(10);
});

it('is content with stuck work that was told, work in the audit, and changes that were trimmed', async () => {
  await db.$executeRaw`UPDATE operation SET state = 'stuck', request_id = 'r2', created_by_id = gen_random_uuid()`;
  const target = { type: 'instance', id: instance.id, name: instance.name };
  await appendEvent(db, {
    projectId: project.id,
    type: 'operation.stuck',
    target,
    message: 'It is stuck.',
    params: { operation: operation.id },
  });
  await inTx(db, (tx) =>
    appendAudit(tx, {
      actor: { id: null, name: 'somebody', requestId: 'r2' },
      projectId: project.id,
      action: 'instance.start',
      outcome: 'done',
    }),
  );
  await db.$executeRaw`DELETE FROM outbox WHERE entity_id = ${instance.id} AND version < ${instance.version}`;
  expect(await findViolations(db)).toEqual([]);
});
