import type { EngineType } from '#server/contract/host.ts';
import type { HostRow } from '#server/db/host-store.ts';
import { DriverError } from '#server/drivers/driver.ts';
import type { HostLink } from './host-link.ts';
import type { HostReport } from './host-report.ts';
import { inspectMachine } from './inspect-machine.ts';
import { transportCause, transportFailure } from './transport-failure.ts';

interface InspectOptions {
  signal: AbortSignal;
  timeoutMs: number;
  bootTestGuest: boolean;
}

/**
 * Looks at a machine and at each engine that it may have. An engine whose socket is not there is not installed, unless
 * the host is known to have it: then it is down.
 *
 * @throws DriverError when the machine itself cannot be reached; an engine that fails is part of the report.
 */
export async function inspectHost(link: HostLink, host: HostRow, options: InspectOptions): Promise<HostReport> {
  const machine = link.machine ? await inspectMachine(link.machine, options).catch(refuse) : null;
  const known = new Set(host.engines.map((engine) => engine.type));
  const engines: HostReport['engines'] = [];
  for (const type of link.engines) {
    const found = await inspectEngine(link, type, options);
    if ('report' in found || known.has(type) || !isAbsent(found.error)) engines.push({ type, ...found });
  }
  return { machine, engines };
}

async function inspectEngine(link: HostLink, type: EngineType, options: InspectOptions) {
  try {
    return { report: await link.driver(type).inspect(options) };
  } catch (error) {
    if (!(error instanceof DriverError) || error.code === 'cancelled') throw error;
    return { error };
  }
}

const isAbsent = (error: DriverError): boolean => transportCause(error)?.code === 'not_found';

function refuse(error: unknown): never {
  throw transportFailure(error);
}
