import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { deleteHostBaseImage } from '#server/db/host-base-image-store.ts';
import { type CallOptions, type Driver, DriverError, type Leftover } from '#server/drivers/driver.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { knownLeftovers } from './apply-inventory.ts';
import type { Drift } from './find-drift.ts';

/** In each list for so long (reliability.md F18): DriftReport told of it at the second sighting, and an admin could look. */
const patienceMs = 3_600_000;

export interface LeftoverSweepParts {
  db: Db;
  host: { id: string; name: string };
  driver: Driver;
  log: Log;
  /** For tests. */
  now?: () => number;
}

/**
 * Removes from a host what nothing of ours is made of any more: base images of images that are gone, networks of projects that have
 * nothing there. Only what carries our mark, no row names, and the host itself does not use (I8); all else is reported and stays.
 */
export class LeftoverSweep {
  readonly #parts: LeftoverSweepParts;
  readonly #now: () => number;
  readonly #since = new Map<string, number>();

  constructor(parts: LeftoverSweepParts) {
    this.#parts = parts;
    this.#now = parts.now ?? monotonicMs;
  }

  /** The whole drift of one list. Throws nothing: what could not be removed now is there the next time. */
  async run(drift: readonly Drift[], options: CallOptions): Promise<void> {
    const keys = new Set(drift.map((one) => one.key));
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    for (const { key, leftover } of drift) {
      if (!leftover) continue;
      const since = this.#since.get(key);
      if (since === undefined) this.#since.set(key, this.#now());
      else if (this.#now() - since >= patienceMs) await this.#remove(key, leftover, options);
    }
  }

  async #remove(key: string, leftover: Leftover, options: CallOptions): Promise<void> {
    const { db, host, driver, log } = this.#parts;
    try {
      // Something may have begun to use it since the list was taken.
      const { baseImages, projectIds } = await knownLeftovers(db, host.id);
      if ((leftover.kind === 'base-image' ? baseImages : projectIds).has(leftover.id)) return;
      if (await driver.removeLeftover(leftover, options)) await this.#tell(leftover);
      // Somebody else's on the host uses it: asked again in an hour.
      else this.#since.set(key, this.#now());
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      log.warn({ err: error, host: host.name, leftover }, 'what nobody uses could not be removed');
    }
  }

  async #tell({ kind, id }: Leftover): Promise<void> {
    const { db, host, log } = this.#parts;
    log.info({ host: host.name, kind, id }, 'what nobody uses was removed');
    await inTx(db, async (tx) => {
      if (kind === 'base-image') await deleteHostBaseImage(tx, { hostId: host.id, sha256: id });
      await appendEvent(tx, {
        projectId: null,
        type: 'host.leftover_removed',
        target: { type: 'host', id: host.id, name: host.name },
        message: `Removed: ${kind === 'base-image' ? 'the base image' : 'the network of the project'} ${id}, which nothing used.`,
        params: { kind, id },
      });
    });
  }
}
