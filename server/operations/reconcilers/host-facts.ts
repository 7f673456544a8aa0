import type { EngineType } from '#server/contract/host.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import { findHost } from '#server/db/host-store.ts';
import type { EngineReport } from '#server/drivers/driver.ts';
import type { HostLink } from '../host-link/host-link.ts';
import { identityOf, requireKnown } from '../host-link/machine-identity.ts';
import { saveEngineFacts } from '../workflows/host/save-report.ts';

/** Pools fill up and networks come and go by themselves; placement lives by these rows. */
const everyMs = 5 * 60_000;
const timeoutMs = 30_000;

/**
 * Keeps what is known of a machine's size, pools and networks fresh: when an engine answers for the first time, after it
 * was away, and every five minutes. Whether KVM works is the doctor's to find out, with a test guest.
 */
export class HostFacts {
  readonly #db: Db;
  readonly #hostId: string;
  readonly #link: HostLink;
  readonly #reports = new Map<EngineType, { report: EngineReport; at: number }>();

  constructor(parts: { db: Db; hostId: string; link: HostLink }) {
    this.#db = parts.db;
    this.#hostId = parts.hostId;
    this.#link = parts.link;
  }

  /** Asks again soon: the engine does not answer, and may be another when it does. */
  forget(type: EngineType): void {
    this.#reports.delete(type);
  }

  /** Asks the engine and writes what all of them say, unless it was asked of late. Throws what the driver throws. */
  async refresh(type: EngineType): Promise<void> {
    const last = this.#reports.get(type);
    if (last && performance.now() - last.at < everyMs) return;
    const options = { signal: AbortSignal.timeout(timeoutMs), timeoutMs, bootTestGuest: false };
    const report = await this.#link.driver(type).inspect(options);
    // A machine that Atoll can sign in to was asked when the connection was made.
    if (this.#link.machine === null && report.machineId !== null) {
      const known = await findHost(this.#db, { id: this.#hostId });
      if (known?.connectionType === 'docker-tls') requireKnown(known, identityOf('docker', report.machineId));
    }
    this.#reports.set(type, { report, at: performance.now() });
    await inTx(this.#db, async (tx) => {
      const host = await findHost(tx, { id: this.#hostId });
      const engine = host?.engines.find((known) => known.type === type);
      if (!host || !engine) return;
      await setHostEngine(tx, { hostId: host.id }, { ...engine, version: report.version });
      const reports = [...this.#reports].map(([of, known]) => ({ type: of, report: known.report }));
      await saveEngineFacts(tx, host, reports);
    });
  }
}
