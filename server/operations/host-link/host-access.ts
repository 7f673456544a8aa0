import type { EngineType } from '#server/contract/host.ts';
import type { Db } from '#server/db/client.ts';
import { getHost, type HostRow } from '#server/db/host-store.ts';
import { scanHostKeys } from '#server/transport/ssh/scan-host-key.ts';
import type { HostLinks } from './host-links.ts';
import type { HostReport } from './host-report.ts';
import { inspectHost } from './inspect-host.ts';
import { InstanceBell } from './instance-bell.ts';
import { transportFailure } from './transport-failure.ts';

/** What steps of workflows may do with hosts; `WorkflowTools.hosts` describes each method. */
export class HostAccess {
  /** Rung by the reconcilers. */
  readonly instanceBell = new InstanceBell();
  readonly #db: Db;
  readonly #links: HostLinks;
  readonly #refreshed = new Set<(hostId: string) => void>();

  constructor(parts: { db: Db; links: HostLinks }) {
    this.#db = parts.db;
    this.#links = parts.links;
  }

  driver(hostId: string, engine: EngineType) {
    return this.#links.driver(hostId, engine);
  }

  driverOf(host: HostRow, engine: EngineType) {
    return this.#links.driverOf(host, engine);
  }

  async inspect(
    hostId: string,
    options: { signal: AbortSignal; timeoutMs: number; bootTestGuest: boolean },
  ): Promise<HostReport> {
    const host = await getHost(this.#db, { id: hostId });
    return inspectHost(await this.#links.link(host), host, options);
  }

  async scanKeys(address: { host: string; port: number }, signal: AbortSignal) {
    try {
      return await scanHostKeys(address, { signal });
    } catch (error) {
      throw transportFailure(error);
    }
  }

  instanceChanged(instanceId: string, atMostMs: number, signal: AbortSignal): Promise<void> {
    return this.instanceBell.wait(instanceId, atMostMs, signal);
  }

  refresh(hostId: string): void {
    for (const listener of this.#refreshed) listener(hostId);
  }

  /** Calls back when a workflow asks for a fresh look at a host. */
  onRefresh(listener: (hostId: string) => void): void {
    this.#refreshed.add(listener);
  }
}
