import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Migration, SchemaFile } from './migration-files.ts';

/**
 * Prisma's schema engine as WebAssembly: `prisma migrate` would download a binary of it, and servers without internet
 * could not be set up.
 */
const noFilters = { externalTables: [], externalEnums: [] };

/** A panic of the engine: it is told through a global of this name, and would be a bare "unreachable" otherwise. */
function throwPanic(message: string): never {
  throw new Error(`Prisma's schema engine: ${message}`);
}

let loaded: Promise<void> | undefined;

/** Instantiates the module by hand: its own entry imports a .wasm file, which Node does not do. */
async function load(): Promise<void> {
  const binary = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const { instance } = await WebAssembly.instantiate(await readFile(binary), {
    './schema_engine_bg.js': engine as unknown as WebAssembly.ModuleImports,
  });
  engine.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: throwPanic } });
  if (typeof start !== 'function') throw new Error("The schema engine's module has no start function.");
  start();
}

async function openEngine(factory: SqlMigrationAwareDriverAdapterFactory): Promise<engine.SchemaEngine> {
  loaded ??= load();
  await loaded;
  return engine.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/**
 * Stands in for a database while two schemas are compared: the engine asks for the version when it is opened, and then
 * for nothing more.
 */
const noDatabase: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'none',
  connect: async () => ({
    provider: 'postgres',
    adapterName: 'none',
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    queryRaw: async ({ sql }) => {
      if (!sql.includes('numeric_version')) throw new Error(`There is no database to ask: ${sql}`);
      return {
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, 'PostgreSQL 15.0', 150_000]],
      };
    },
    executeRaw: () => Promise.reject(new Error('There is no database to change.')),
    executeScript: () => Promise.reject(new Error('There is no database to change.')),
    startTransaction: () => Promise.reject(new Error('There is no database to change.')),
    dispose: async () => undefined,
  }),
  connectToShadowDb: () => Promise.reject(new Error('There is no shadow database.')),
};

/**
 * Runs a script as one simple query, which PostgreSQL takes as one transaction: a migration is there or it is not.
 * The adapter itself cuts scripts at every semicolon, also within functions. `dispose` ends what the engine leaves open,
 * its advisory lock among it.
 */
class WholeScripts extends PrismaPg {
  /** What PostgreSQL said of the script that failed; the engine itself tells only that one did. */
  failure: unknown;
  readonly #opened: SqlDriverAdapter[] = [];

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    this.#opened.push(adapter);
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        this.failure = error;
        throw error;
      }
    };
    return adapter;
  }

  async dispose(): Promise<void> {
    for (const adapter of this.#opened) await adapter.dispose();
  }
}

/** SQL that leads from one schema to another; null: from nothing. Talks to no database. */
export async function diffSchemas(from: readonly SchemaFile[] | null, to: readonly SchemaFile[]): Promise<string> {
  const opened = await openEngine(noDatabase);
  try {
    const { stdout } = await opened.diff({
      from: from ? { tag: 'schemaDatamodel', files: [...from] } : { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [...to] },
      script: true,
      exitCode: null,
      filters: noFilters,
    });
    return stdout ?? '';
  } finally {
    opened.free();
  }
}

/** Applies the migrations that the database does not have yet, in order; answers their names. Keeps Prisma's own table of them. */
export async function applyMigrations(
  ownerUrl: string,
  migrations: { baseDir: string; lockfile: SchemaFile; list: readonly Migration[] },
): Promise<string[]> {
  const database = new WholeScripts({ connectionString: ownerUrl });
  const opened = await openEngine(database);
  try {
    const { appliedMigrationNames } = await opened.applyMigrations({
      migrationsList: {
        baseDir: migrations.baseDir,
        lockfile: migrations.lockfile,
        shadowDbInitScript: '',
        migrationDirectories: migrations.list.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: noFilters,
    });
    return appliedMigrationNames;
  } catch (error) {
    const { failure = error } = database;
    const said = failure instanceof Error ? failure.message : String(failure);
    throw new Error(`The database could not be migrated: ${said}`, { cause: error });
  } finally {
    opened.free();
    await database.dispose();
  }
}
