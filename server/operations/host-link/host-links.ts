import type { EngineType } from '#server/contract/host.ts';
import type { Db } from '#server/db/client.ts';
import { findHost, type HostRow } from '#server/db/host-store.ts';
import { type Driver, DriverError } from '#server/drivers/driver.ts';
import type { Log } from '#server/platform/log.ts';
import { HostLink, type OpenHost } from './host-link.ts';

interface Entry {
  /** What the link was opened with: another means another link. */
  connection: string;
  link: Promise<HostLink>;
}

/** All that decides how a host is reached, as one comparable text. */
export function connectionKey(host: HostRow): string {
  const { connectionType, address, port, username, credentialType, fingerprint } = host;
  const { tlsCa, tlsCert, libvirtSocket, dockerSocket, storagePool } = host;
  return JSON.stringify([
    ...[connectionType, address, port, username, credentialType, fingerprint],
    ...[tlsCa, tlsCert, libvirtSocket, dockerSocket, storagePool],
  ]);
}

/** The links of this worker, one per host, opened when they are first needed. */
export class HostLinks {
  readonly #db: Db;
  readonly #open: (host: HostRow) => Promise<OpenHost>;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();

  constructor(parts: { db: Db; open: (host: HostRow) => Promise<OpenHost>; log: Log }) {
    this.#db = parts.db;
    this.#open = parts.open;
    this.#log = parts.log;
  }

  /** The link to a host as its row describes it now. Nothing is sent by opening it. */
  async link(host: HostRow): Promise<HostLink> {
    const connection = connectionKey(host);
    const known = this.#entries.get(host.id);
    if (known?.connection === connection) return known.link;
    const link = this.#open(host).then((opened) => new HostLink(host.name, opened));
    const entry = { connection, link };
    // In its place before anything is waited for: whoever asks meanwhile gets this link and opens no other.
    this.#entries.set(host.id, entry);
    link.catch(() => {
      if (this.#entries.get(host.id) === entry) this.#entries.delete(host.id);
    });
    if (known) await this.#close(host.id, known);
    return link;
  }

  /**
   * The driver of an engine for use by an operation.
   *
   * @throws DriverError, not done: `not_found`, `host_quarantined`, `engine_unavailable`.
   */
  async driver(hostId: string, engine: EngineType): Promise<Driver> {
    const host = await findHost(this.#db, { id: hostId });
    if (!host) throw new DriverError('not_found', 'The host is not there any more.', { outcome: 'not_done' });
    return this.driverOf(host, engine);
  }

  /** {@link driver} of a host whose row was just read. */
  async driverOf(host: HostRow, engine: EngineType): Promise<Driver> {
    if (host.state === 'quarantined') {
      const reason = host.stateReason ?? 'Its identity has changed.';
      throw new DriverError('host_quarantined', `${host.name} is in quarantine. ${reason}`, { outcome: 'not_done' });
    }
    return (await this.link(host)).driver(engine);
  }

  /** Ends the connections to a host. */
  async drop(hostId: string): Promise<void> {
    const entry = this.#entries.get(hostId);
    this.#entries.delete(hostId);
    if (entry) await this.#close(hostId, entry);
  }

  /** {@link drop}, unless another connection than this has taken its place, as after a new key was confirmed. */
  async dropIf(hostId: string, connection: string): Promise<void> {
    if (this.#entries.get(hostId)?.connection === connection) await this.drop(hostId);
  }

  async #close(hostId: string, { link }: Entry): Promise<void> {
    try {
      await (await link).close();
    } catch (error) {
      this.#log.warn({ err: error, hostId }, 'a link could not be closed in order');
    }
  }

  /** Ends the connections to all hosts but these. */
  async retain(hostIds: ReadonlySet<string>): Promise<void> {
    await Promise.all([...this.#entries.keys()].filter((id) => !hostIds.has(id)).map((id) => this.drop(id)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((hostId) => this.drop(hostId)));
  }
}
