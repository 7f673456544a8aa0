import type { EngineType } from '#server/contract/host.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent, type EventSeverity } from '#server/db/event-store.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import { findHost, type HostPatch, type HostRow, touchHostSeen, updateHost } from '#server/db/host-store.ts';
import { DriverError } from '#server/drivers/driver.ts';
import type { Log } from '#server/platform/log.ts';
import type { HostLink } from '../host-link/host-link.ts';
import type { InstanceBell } from '../host-link/instance-bell.ts';
import { isOtherMachine, quarantineFor } from '../host-link/quarantine.ts';
import { DriftReport } from './drift-report.ts';
import { EngineWatch, isHostAway } from './engine-watch.ts';
import { HostFacts } from './host-facts.ts';
import { HostLoadWatch } from './host-load.ts';

export interface HostKeeperParts {
  db: Db;
  host: HostRow;
  link: HostLink;
  bell: InstanceBell;
  log: Log;
}

type Health = 'unknown' | 'up' | 'down' | 'away';

/**
 * Watches the engines of one host and says by them what the host is: online while any engine answers or the machine does,
 * unreachable when nothing answers, quarantined when it is not the machine that was confirmed.
 */
export class HostKeeper {
  readonly #parts: HostKeeperParts;
  readonly #watches: EngineWatch[];
  readonly #health = new Map<EngineType, Health>();
  readonly #facts: HostFacts;
  readonly #load: HostLoadWatch;
  /** What hosts say is written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: HostKeeperParts) {
    const { db, host, link, bell, log } = parts;
    this.#parts = parts;
    this.#facts = new HostFacts({ db, hostId: host.id, link });
    this.#load = new HostLoadWatch({ db, hostId: host.id, link, log });
    const engines = host.engines.map((engine) => engine.type).filter((type) => link.engines.includes(type));
    this.#watches = engines.map((type) => {
      this.#health.set(type, 'unknown');
      const onAnswer = () => this.#write(() => this.#answered(type));
      const onFailure = (error: unknown) => this.#write(() => this.#failed(type, error));
      const watched = { id: host.id, name: host.name };
      const drift = new DriftReport(db);
      return new EngineWatch({ db, host: watched, driver: link.driver(type), bell, drift, log, onAnswer, onFailure });
    });
  }

  start(): void {
    for (const watch of this.#watches) watch.start();
    this.#load.start();
  }

  refresh(): void {
    for (const watch of this.#watches) watch.refresh();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#load.stop(), ...this.#watches.map((watch) => watch.stop())]);
    await this.#writing;
  }

  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((error: unknown) => {
      this.#parts.log.warn({ err: error, host: this.#parts.host.name }, 'the state of a host could not be written');
    });
  }

  async #answered(type: EngineType): Promise<void> {
    const { db, host } = this.#parts;
    if (this.#stopped) return;
    await touchHostSeen(db, { id: host.id });
    if (this.#health.get(type) !== 'up') {
      this.#health.set(type, 'up');
      await this.#setEngine(type, 'up', null);
      await this.#settle(null);
    }
    try {
      await this.#facts.refresh(type);
    } catch (error) {
      if (error instanceof DriverError && error.code === 'host_key_mismatch') return this.#quarantine(error);
      throw error;
    }
  }

  async #failed(type: EngineType, error: unknown): Promise<void> {
    const { log, host } = this.#parts;
    if (this.#stopped || !(error instanceof DriverError)) {
      if (!this.#stopped)
        log.error({ err: error, host: host.name, engine: type }, 'what a host says cannot be written');
      return;
    }
    if (error.code === 'host_key_mismatch') return this.#quarantine(error);
    const health = isHostAway(error) ? 'away' : 'down';
    this.#facts.forget(type);
    if (this.#health.get(type) === health) return;
    log.warn({ err: error, host: host.name, engine: type }, 'an engine does not answer');
    this.#health.set(type, health);
    if (health === 'down') await this.#setEngine(type, 'down', error.message);
    await this.#settle(error.message);
  }

  /** The state of the host by the health of its engines. A machine that answers for one engine is there. */
  async #settle(reason: string | null): Promise<void> {
    const health = [...this.#health.values()];
    if (health.some((one) => one === 'up' || one === 'down')) return this.#setState('online', null);
    if (health.every((one) => one === 'away')) return this.#setState('unreachable', reason);
  }

  async #setState(state: 'online' | 'unreachable', stateReason: string | null): Promise<void> {
    await this.#update((row) => {
      // Only between these: all other states are somebody's decision.
      if (!['online', 'maintenance', 'unreachable'].includes(row.state)) return null;
      const next = state === 'online' && row.maintenance ? 'maintenance' : state;
      if (next === row.state) return null;
      const back = state === 'online';
      return {
        patch: { state: next, stateReason },
        event:
          row.state === 'unreachable' || !back
            ? {
                type: back ? 'host.back' : 'host.unreachable',
                severity: back ? 'info' : 'error',
                message: back ? 'It answers again.' : `It does not answer. ${stateReason ?? ''}`.trim(),
              }
            : null,
      };
    });
  }

  /** Nothing more is sent to it, not even an attempt to sign in, until an admin has confirmed the key. */
  async #quarantine(error: DriverError): Promise<void> {
    const patch = quarantineFor(error);
    const event = isOtherMachine(error)
      ? { type: 'host.machine_changed', message: 'Another machine answers in its place; it was left alone.' }
      : {
          type: 'host.key_changed',
          message: `It showed another host key, ${patch.offeredFingerprint ?? 'unknown'}; nothing was sent to it.`,
        };
    await this.#update((row) =>
      row.state === 'quarantined' ? null : { patch, event: { ...event, severity: 'error' } },
    );
  }

  async #update(
    decide: (row: HostRow) => {
      patch: HostPatch;
      event: { type: string; severity: EventSeverity; message: string } | null;
    } | null,
  ): Promise<void> {
    const { db, host } = this.#parts;
    await inTx(db, async (tx) => {
      const row = await findHost(tx, { id: host.id });
      const decision = row && decide(row);
      if (!row || !decision) return;
      await updateHost(tx, { id: row.id, expectedVersion: row.version }, decision.patch);
      const target = { type: 'host', id: row.id, name: row.name };
      if (decision.event) await appendEvent(tx, { ...decision.event, projectId: null, target });
    });
  }

  async #setEngine(type: EngineType, state: 'up' | 'down', message: string | null): Promise<void> {
    const { db, host } = this.#parts;
    await inTx(db, async (tx) => {
      const known = (await findHost(tx, { id: host.id }))?.engines.find((engine) => engine.type === type);
      if (known) await setHostEngine(tx, { hostId: host.id }, { ...known, state, message });
    });
  }
}
