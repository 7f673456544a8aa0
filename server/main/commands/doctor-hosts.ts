import type { Db } from '#server/db/client.ts';
import { type HostRow, listAllHosts } from '#server/db/host-store.ts';
import { type InstanceRow, listHostInstances } from '#server/db/instance-store.ts';
import { listHostVolumes } from '#server/db/volume-store.ts';
import type { HostInventory } from '#server/drivers/driver.ts';
import type { HostLinks } from '#server/operations/host-link/host-links.ts';
import { knownLeftovers } from '#server/operations/reconcilers/apply-inventory.ts';
import { findDrift } from '#server/operations/reconcilers/find-drift.ts';

export interface HostFindings {
  name: string;
  state: string;
  /** Why it could not be asked; null when it was. */
  error: string | null;
  /** What is on it and should not be, and the other way round (I3), in sentences. */
  findings: string[];
}

const timeoutMs = 30_000;

/** Asks every host that is taken in what is on it and holds it against the rows. Changes nothing. */
export async function checkHosts(db: Db, links: HostLinks): Promise<HostFindings[]> {
  const hosts = (await listAllHosts(db)).filter((host) => !['enrolling', 'failed', 'removing'].includes(host.state));
  return Promise.all(hosts.map((host) => checkHost(db, links, host)));
}

async function checkHost(db: Db, links: HostLinks, host: HostRow): Promise<HostFindings> {
  const { name, state } = host;
  try {
    // Rows first: what was ready then must be on the host.
    const rows = await listHostInstances(db, { hostId: host.id });
    const volumes = await listHostVolumes(db, { hostId: host.id });
    const inventory = await listEngines(links, host);
    const known = {
      instances: new Map(rows.map((row) => [row.id, row])),
      volumeIds: new Set(volumes.map((volume) => volume.id)),
      ...(await knownLeftovers(db, host.id)),
    };
    const drift = findDrift(host.id, inventory, known).map((one) => one.message);
    const volumesThere = new Set(inventory.volumes.map((volume) => volume.id));
    const lost = volumes.filter((volume) => volume.state === 'ready' && !volumesThere.has(volume.id));
    const findings = [
      ...drift,
      ...missing(rows, inventory),
      ...lost.map((volume) => `The volume ${volume.name} is not there.`),
    ];
    return { name, state, error: null, findings };
  } catch (error) {
    return { name, state, error: error instanceof Error ? error.message : String(error), findings: [] };
  }
}

async function listEngines(links: HostLinks, host: HostRow): Promise<HostInventory> {
  const all: HostInventory = { instances: [], volumes: [], leftovers: [] };
  for (const { type } of host.engines) {
    const driver = await links.driver(host.id, type);
    const { instances, volumes, leftovers } = await driver.list({ signal: AbortSignal.timeout(timeoutMs), timeoutMs });
    all.instances.push(...instances);
    all.volumes.push(...volumes);
    all.leftovers.push(...leftovers);
  }
  return all;
}

function missing(rows: readonly InstanceRow[], inventory: HostInventory): string[] {
  const there = new Set(inventory.instances.map((seen) => seen.tag?.instanceId));
  return rows
    .filter((row) => row.lifecycle === 'ready' && row.task === null && !there.has(row.id))
    .map((row) => `The instance ${row.name} is not there.`);
}
