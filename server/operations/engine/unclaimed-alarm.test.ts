import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDb, type Db } from '#server/db/client.ts';
import { createLog } from '#server/platform/log.ts';
import { makeOperation, makeProject } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { tellOfUnclaimed } from './unclaimed-alarm.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 2 });
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
});

const log = createLog({ process: 'test', level: 'silent' });
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

it('an operation that no worker knows raises an alarm, once; what is known, held, young or over does not', async () => {
  const { id: projectId } = await makeProject(db);
  const operation = async (workflowVersion: number, fields: object = {}) => {
    const { id } = await makeOperation(db, { projectId, workflowVersion });
    await db.operation.update({ where: { id }, data: { runAfter: ago(3_600), ...fields } });
    return id;
  };
  const unknown = await operation(7);
  await operation(1);
  await operation(7, { state: 'running', owner: 'a newer worker', leaseUntil: ago(-30) });
  await operation(7, { runAfter: ago(10) });
  await operation(7, { state: 'succeeded', endedAt: new Date() });
  // Its worker has only just gone: another of its version may come.
  await operation(7, { state: 'running', leaseUntil: ago(10) });
  for (let round = 0; round < 3; round += 1) await tellOfUnclaimed({ db, log, workflows: ['instance.start 1'] });
  const events = await db.event.findMany({ where: { type: 'operation.unclaimed' } });
  expect(events).toMatchObject([
    {
      projectId,
      severity: 'error',
      targetName: 'something',
      message: '“instance.start” of something waits for a worker that knows version 7 of it; none has come.',
      params: { operation: unknown, kind: 'instance.start', version: 7 },
    },
  ]);
  expect(await db.operation.findUnique({ where: { id: unknown } })).toMatchObject({ state: 'pending', owner: null });
});
