import type { Db } from '#server/db/client.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';

const lookMs = 2_000;

/**
 * After a restore the rows are older than the hosts, and an operation of the dump may be over for long: none is run until
 * an admin has compared both and said so (reliability.md F25). Answers false when the signal comes first.
 */
export async function untilAccepted(db: Db, log: Log, signal: AbortSignal): Promise<boolean> {
  for (let told = false; !signal.aborted; told = true) {
    // While the database cannot be read nothing may run either; the next look says more.
    const restored = await findSetting(db, 'restored').catch(() => undefined);
    if (restored === null) return true;
    if (restored && !told) log.warn({ restoredAt: restored.at }, 'operations wait for: atoll restore --accept');
    await sleep(lookMs, signal).catch(() => undefined); // a stop ends the pause
  }
  return false;
}
