import type { HostState } from '#server/contract/host.ts';
import type { Db } from '#server/db/client.ts';
import { type HostRow, listAllHosts } from '#server/db/host-store.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { HostAccess } from '../host-link/host-access.ts';
import { connectionKey, type HostLinks } from '../host-link/host-links.ts';
import { HostKeeper } from './host-keeper.ts';

/** Hosts that are looked at. Quarantined ones are not even greeted; the others are not taken in yet, or on their way out. */
const watchedStates: readonly HostState[] = ['online', 'unreachable', 'maintenance'];

/** How often the rows are compared with what is watched; a workflow that changes them says so at once. */
const lookMs = 2_000;

/** Keeps one keeper per host that is to be watched, as the rows say. Several workers may watch the same host. */
export class Reconcilers {
  readonly #db: Db;
  readonly #links: HostLinks;
  readonly #access: HostAccess;
  readonly #log: Log;
  readonly #keepers = new Map<string, { key: string; keeper: HostKeeper }>();
  readonly #stopping = new AbortController();
  #wake = Promise.withResolvers<void>();
  #running: Promise<void> | null = null;

  constructor(parts: { db: Db; links: HostLinks; access: HostAccess; log: Log }) {
    this.#db = parts.db;
    this.#links = parts.links;
    this.#access = parts.access;
    this.#log = parts.log;
    parts.access.onRefresh((hostId) => {
      this.#keepers.get(hostId)?.keeper.refresh();
      this.#wake.resolve();
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve();
    await this.#running;
    await Promise.all([...this.#keepers.keys()].map((hostId) => this.#dismiss(hostId)));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      try {
        await this.#compare(await listAllHosts(this.#db));
      } catch (error) {
        this.#log.warn({ err: error }, 'the hosts cannot be read');
      }
      const enough = new AbortController();
      const pause = sleep(lookMs, AbortSignal.any([signal, enough.signal])).catch(() => undefined);
      await Promise.race([this.#wake.promise, pause]);
      enough.abort();
    }
  }

  async #compare(hosts: readonly HostRow[]): Promise<void> {
    await this.#links.retain(new Set(hosts.map((host) => host.id)));
    const wanted = new Map(hosts.filter((host) => watchedStates.includes(host.state)).map((host) => [host.id, host]));
    for (const hostId of this.#keepers.keys()) {
      if (wanted.has(hostId)) continue;
      await this.#dismiss(hostId);
      // One in quarantine is spoken to no more. Of the others an operation may be using the link: they are being taken in
      // again, or removed.
      const row = hosts.find(({ id }) => id === hostId);
      if (row?.state === 'quarantined') await this.#links.dropIf(hostId, connectionKey(row));
    }
    for (const host of wanted.values()) {
      const key = `${connectionKey(host)} ${host.engines.map((engine) => engine.type).join()}`;
      const known = this.#keepers.get(host.id);
      if (known?.key === key) continue;
      if (known) await this.#dismiss(host.id);
      // One that cannot even be opened, as when its credential is gone, keeps nobody from looking at the others.
      await this.#watch(host, key).catch((error: unknown) => {
        this.#log.warn({ err: error, host: host.name }, 'a host cannot be looked at');
      });
    }
  }

  async #watch(host: HostRow, key: string): Promise<void> {
    const parts = { db: this.#db, bell: this.#access.instanceBell, log: this.#log };
    const keeper = new HostKeeper({ ...parts, host, link: await this.#links.link(host) });
    this.#keepers.set(host.id, { key, keeper });
    keeper.start();
  }

  async #dismiss(hostId: string): Promise<void> {
    const entry = this.#keepers.get(hostId);
    this.#keepers.delete(hostId);
    await entry?.keeper.stop();
  }
}
