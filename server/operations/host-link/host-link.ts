import type { EngineType } from '#server/contract/host.ts';
import { type Driver, DriverError } from '#server/drivers/driver.ts';
import type { Machine } from '#server/transport/machine.ts';
import { Breaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { guardDriver } from './guard-driver.ts';

/** What reaches one host: its machine where we may sign in to it, and a driver per engine that it may have. */
export interface OpenHost {
  /** null where only Docker's own port is open to us. */
  machine: Machine | null;
  drivers: Driver[];
}

/** Calls at once on one host, however many operations want something of it (reliability.md F10). */
const callsAtOnce = 4;
const transfersAtOnce = 2;

/** The kept way to one host. Connections behind it come and go; the link stays until the host's row says otherwise. */
export class HostLink {
  readonly machine: Machine | null;
  readonly #drivers: ReadonlyMap<EngineType, Driver>;

  constructor(name: string, { machine, drivers }: OpenHost) {
    this.machine = machine;
    const calls = new Bulkhead(callsAtOnce);
    const transfers = new Bulkhead(transfersAtOnce);
    this.#drivers = new Map(
      drivers.map((driver) => {
        const breaker = new Breaker({ label: `${driver.engine} on ${name}` });
        return [driver.engine, guardDriver(driver, { breaker, calls, transfers })];
      }),
    );
  }

  get engines(): EngineType[] {
    return [...this.#drivers.keys()];
  }

  /** @throws DriverError engine_unavailable when this host cannot have such an engine. */
  driver(engine: EngineType): Driver {
    const driver = this.#drivers.get(engine);
    if (driver) return driver;
    throw new DriverError('engine_unavailable', `There is no ${engine} to be reached on this host.`, {
      outcome: 'not_done',
    });
  }

  /** Ends every connection; calls in flight fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map((driver) => driver.close()));
    this.machine?.close();
  }
}
