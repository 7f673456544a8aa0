import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { asUnavailable, isRetryable } from './database-error.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import { changesCommitted, collectChanges, writeChanges } from './pending-changes.ts';
import { statementNames } from './prepared-statements.ts';

declare const insideTransaction: unique symbol;

/** The connection pool of a process. Reads may take it; what must be atomic takes an {@link AtollTx}. */
export type Db = Omit<PrismaClient, '$on' | '$extends'>;

/** An open transaction, given out by {@link inTx} alone: a store function that asks for it cannot be called without one. */
export type AtollTx = Prisma.TransactionClient & { readonly [insideTransaction]: true };

/** What store functions that make one statement take. */
export type DbOrTx = Db | AtollTx;

export interface DbOptions {
  /** Connections of the pool. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Milliseconds to wait for a free connection of the pool, or for a new one; default 10,000. */
  waitMs?: number;
  /** Called when an idle connection breaks, as at a restart of PostgreSQL; the pool replaces it by itself. */
  onConnectionLost?: (error: Error) => void;
}

/** A full pool answers "busy" before a browser gives up. */
const defaultWaitMs = 10_000;

/**
 * Opens a pool; connects at the first query. A statement may take 30 s and wait 10 s for a lock: whoever waits longer
 * fails closed (reliability.md F4) instead of holding a connection of the pool. Every query throws AtollError
 * `unavailable` where PostgreSQL cannot be reached or has no room.
 */
export function createDb(url: string, options: DbOptions): Db {
  const adapter = new PrismaPg(openPool(url, options), {
    disposeExternalPool: true,
    statementNameGenerator: statementNames(),
  });
  const client = new PrismaClient({ adapter, errorFormat: 'minimal' }).$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return await query(args);
        } catch (error) {
          throw asUnavailable(error);
        }
      },
    },
  });
  // The extension changes no signature that we use, but its type would.
  return client as unknown as Db;
}

/**
 * Every connection gets a listener for errors as long as it lives. Neither pg-pool nor the adapter has one in the moment
 * between the opening of a connection and its first transaction, and a PostgreSQL that stops just then would end the process.
 */
function openPool(url: string, options: DbOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName ?? 'atoll',
    // Prisma's adapter writes times without a zone: a server that is set to another would take them for its own.
    options: '-c TimeZone=UTC',
    connectionTimeoutMillis: options.waitMs ?? defaultWaitMs,
    statement_timeout: 30_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  const onError = (error: Error) => options.onConnectionLost?.(error);
  pool.on('connect', (client) => client.on('error', onError));
  // The pool repeats what an idle connection said; without a listener this ends the process, too.
  pool.on('error', () => undefined);
  return pool;
}

export interface TxOptions {
  /** Milliseconds until the transaction is rolled back; default 15,000. */
  timeoutMs?: number;
  /** Milliseconds to wait for a connection of the pool; default 10,000. */
  waitMs?: number;
  /** Tries in all when PostgreSQL answers serialization failure or deadlock; default 5. */
  maxAttempts?: number;
}

/**
 * One transaction, READ COMMITTED, which is PostgreSQL's own choice (saying so costs a round trip each time): rules are held by
 * conditional UPDATEs, constraints and row locks. `work` may run several times (40001, 40P01), so it does nothing but talk to
 * `tx`. What it tells by `appendChange` is written before the commit and published after it.
 * Throws what `work` throws, or AtollError `unavailable` when PostgreSQL cannot be reached.
 */
export async function inTx<T>(db: Db, work: (tx: AtollTx) => Promise<T>, options: TxOptions = {}): Promise<T> {
  const limits = { timeout: options.timeoutMs ?? 15_000, maxWait: options.waitMs ?? defaultWaitMs };
  const { result, told } = await retried(options.maxAttempts ?? 5, () =>
    db.$transaction(async (tx) => {
      collectChanges(tx);
      const result = await work(tx as AtollTx);
      return { result, told: await writeChanges(tx) };
    }, limits),
  );
  if (told) changesCommitted(db);
  return result;
}

/**
 * One statement that is a transaction by itself and writes what it tells into the outbox. Repeated and failing as {@link inTx}
 * is; it saves the round trips for BEGIN and COMMIT where one statement says all.
 */
export async function inStatement<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  const result = await retried(5, () => work(db));
  changesCommitted(db);
  return result;
}

async function retried<T>(maxAttempts: number, attemptOnce: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce();
    } catch (error) {
      if (attempt < maxAttempts && isRetryable(error)) {
        // Full jitter, so that two that met once do not meet again.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
        continue;
      }
      throw asUnavailable(error);
    }
  }
}
