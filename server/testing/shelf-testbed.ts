import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import type { Crasher } from '#server/operations/engine/crash-point.ts';
import { createEngine, type Engine, type EngineSettings } from '#server/operations/engine/engine.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import type { Workflow } from '#server/operations/engine/workflow.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { Shelf, type ShelfTools, shelfCreate, shelfDelete } from './crash-world.ts';
import { createTestDatabase } from './test-database.ts';

/** A database and a shelf of one's own. */
export interface Testbed {
  url: string;
  db: Db;
  directory: string;
  shelf: Shelf;
  /** Another shelf, empty. */
  freshShelf(): Promise<Shelf>;
  engine(options?: EngineOptions): Engine<ShelfTools>;
  create(options?: {
    instanceId?: string;
    start?: boolean;
    hostId?: string;
    projectId?: string | null;
  }): Promise<OperationRow>;
  remove(instanceId: string): Promise<OperationRow>;
  dispose(): Promise<void>;
}

export interface EngineOptions {
  settings?: Partial<EngineSettings>;
  crash?: Crasher;
  tools?: Partial<ShelfTools>;
  workflows?: Workflow<unknown, ShelfTools>[];
}

const log = createLog({ process: 'test', level: process.env.LOG_LEVEL === 'debug' ? 'warn' : 'silent' });

export async function createTestbed(): Promise<Testbed> {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'atoll-shelf-'));
  const db = createDb(database.url, { max: 12 });
  const shelf = await new Shelf(directory).open();
  const target = (id: string) => ({ type: 'instance', id, name: `i-${id.slice(-4)}` });
  return {
    url: database.url,
    db,
    directory,
    shelf,
    freshShelf: () => new Shelf(join(directory, newId())).open(),
    engine: ({ settings, crash, tools, workflows } = {}) =>
      createEngine({
        db,
        log,
        workflows: registerWorkflows(workflows ?? [shelfCreate, shelfDelete]),
        tools: { shelf, ...tools },
        settings: { backoffMs: () => 0, stuckBackoffMs: () => 0, ...settings },
        crash,
      }),
    create: ({ instanceId = newId(), start = true, hostId, projectId = null } = {}) =>
      inTx(db, (tx) =>
        enqueueOperation(tx, {
          kind: 'instance.create',
          projectId,
          target: target(instanceId),
          hostId,
          input: { instanceId, start },
        }),
      ),
    remove: (instanceId) =>
      inTx(db, (tx) =>
        enqueueOperation(tx, {
          kind: 'instance.delete',
          projectId: null,
          target: target(instanceId),
          input: { instanceId, keepVolumes: false },
        }),
      ),
    async dispose() {
      await db.$disconnect();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
