import { setTimeout as sleep } from 'node:timers/promises';
import type { LibvirtConnection } from '#server/transport/libvirt-rpc/libvirt-connection.ts';
import type { EventName, LibvirtEvent } from '#server/transport/libvirt-rpc/procedure.ts';
import type { DriverError, HostChange, ObservedInstance } from '../driver.ts';

/** The events of libvirt that we follow. */
export const WATCHED_EVENTS: readonly EventName[] = ['lifecycle', 'agentLifecycle', 'metadataChange', 'poolLifecycle'];

/** Events of one domain come in volleys (start is three); one look serves them all. */
const SETTLE_MS = 50;
/** libvirt tells nothing of DHCP leases: after a start one looks again until there is an address. */
const ADDRESS_LOOKS_MS = [1_000, 2_000, 3_000, 4_000, 5_000, 5_000, 10_000, 10_000, 20_000, 30_000, 30_000];

interface WatchDoors {
  connection: LibvirtConnection;
  look(id: string): Promise<ObservedInstance | null>;
  failure(error: unknown): DriverError;
}

/** Follows a host by its events. Nothing is called back after `stop` resolved. */
export class HostWatch {
  readonly #doors: WatchDoors;
  readonly #listener: (change: HostChange) => void;
  readonly #stopping = new AbortController();
  /** One running look per domain; `again` when something happened meanwhile. */
  readonly #looks = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(doors: WatchDoors, listener: (change: HostChange) => void) {
    this.#doors = doors;
    this.#listener = listener;
    doors.connection
      .on('event', this.#onEvent)
      .on('connected', this.#onConnected)
      .on('disconnected', this.#onDisconnected);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const { connection } = this.#doors;
    connection
      .off('event', this.#onEvent)
      .off('connected', this.#onConnected)
      .off('disconnected', this.#onDisconnected);
    await Promise.all([...[...this.#looks.values()].map((look) => look.done), ...this.#waiting.values()]);
  }

  readonly #onConnected = () => this.#tell({ type: 'resync', reason: 'connected' });

  readonly #onDisconnected = (error: Error) => {
    this.#tell({ type: 'disconnected', error: this.#doors.failure(error) });
  };

  readonly #onEvent = (event: LibvirtEvent) => {
    if ('dom' in event.body) this.#lookSoon(event.body.dom.uuid);
    else if (event.name === 'poolLifecycle') this.#tell({ type: 'resync', reason: 'a storage pool changed' });
  };

  #lookSoon(id: string): void {
    const running = this.#looks.get(id);
    if (running) running.again = true;
    else if (!this.#stopping.signal.aborted) this.#looks.set(id, { again: false, done: this.#look(id) });
  }

  async #look(id: string): Promise<void> {
    await this.#pause(SETTLE_MS);
    const look = this.#looks.get(id);
    if (look) look.again = false;
    const observed = await this.#observe(id);
    this.#looks.delete(id);
    if (look?.again) this.#lookSoon(id);
    if (observed && lacksAddress(observed) && !this.#waiting.has(id)) {
      this.#waiting.set(id, this.#awaitAddress(id));
    }
  }

  /** Looks and tells. Null when it is gone or could not be seen. */
  async #observe(id: string): Promise<ObservedInstance | null> {
    try {
      const observed = await this.#doors.look(id);
      this.#tell({ type: 'instance', id, observed });
      return observed;
    } catch (error) {
      this.#tell({ type: 'resync', reason: `${id} could not be read: ${this.#doors.failure(error).message}` });
      return null;
    }
  }

  async #awaitAddress(id: string): Promise<void> {
    for (const waitMs of ADDRESS_LOOKS_MS) {
      await this.#pause(waitMs);
      if (this.#stopping.signal.aborted) break;
      const observed = await this.#doors.look(id).catch(() => null);
      if (observed && lacksAddress(observed)) continue;
      // The last look is told; when it failed, the connection is down and will tell of itself.
      if (observed) this.#tell({ type: 'instance', id, observed });
      break;
    }
    this.#waiting.delete(id);
  }

  async #pause(waitMs: number): Promise<void> {
    // Only `stop` ends the wait early, and who waits looks at its signal.
    await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #tell(change: HostChange): void {
    if (!this.#stopping.signal.aborted) this.#listener(change);
  }
}

function lacksAddress(observed: ObservedInstance): boolean {
  return observed.tag !== null && observed.state === 'running' && observed.addresses.length === 0;
}
