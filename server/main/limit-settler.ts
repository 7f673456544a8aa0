import type { Db } from '#server/db/client.ts';
import type { Log } from '#server/platform/log.ts';
import type { RequestLimits } from '#server/services/rate-limit/request-limits.ts';

/** A client that spreads its requests over all processes is held back by all of them after so long. */
const everyMs = 1_000;

/** Settles the request limits of this process with those of the others, until it is stopped. */
export function startLimitSettler(given: { limits: RequestLimits; db: Db; log: Log }): { stop(): Promise<void> } {
  const { limits, db, log } = given;
  let failing = false;
  let running = Promise.resolve();
  const settle = async (): Promise<void> => {
    try {
      await limits.settle(db);
      failing = false;
    } catch (error) {
      // Each process holds its own limits meanwhile; what it gave out is told when the database is back.
      if (!failing) log.warn({ err: error }, 'request limits are not shared between web processes for now');
      failing = true;
    }
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = settle().finally(() => {
      busy = false;
    });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
