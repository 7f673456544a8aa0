import { isDeepStrictEqual } from 'node:util';
import type { DoctorCheck, EngineType } from '#server/contract/host.ts';
import type { AtollTx } from '#server/db/client.ts';
import { deleteHostEngine, setHostCapacity, setHostEngine } from '#server/db/host-inventory-store.ts';
import { getHost, type HostRow, updateHost } from '#server/db/host-store.ts';
import { followPoolCapacity } from '#server/db/pool-capacity-store.ts';
import type { EngineReport } from '#server/drivers/driver.ts';
import type { HostReport } from '../../host-link/host-report.ts';
import { identityOf } from '../../host-link/machine-identity.ts';

const startIt: Record<EngineType, string> = {
  libvirt: 'Start libvirt on the host, and see that the user of Atoll is in the group libvirt.',
  docker: 'Start Docker on the host, and see that the user of Atoll is in the group docker.',
};
const startCommand: Record<EngineType, string> = {
  libvirt: 'systemctl enable --now libvirtd',
  docker: 'systemctl enable --now docker',
};

/** An engine that has answered. */
export interface EngineFound {
  type: EngineType;
  report: EngineReport;
}

/** Writes everything that a look at a host has found. Answers the doctor's lines. */
export async function saveHostReport(tx: AtollTx, hostId: string, report: HostReport): Promise<DoctorCheck[]> {
  const before = await getHost(tx, { id: hostId });
  const checks = [...(report.machine?.checks ?? [])];
  const found: EngineFound[] = [];
  for (const engine of report.engines) {
    if ('report' in engine) {
      const { type, report: said } = engine;
      found.push(engine);
      checks.push(...said.checks);
      const { version, capabilities } = said;
      await setHostEngine(tx, { hostId }, { type, state: 'up', version, capabilities, message: null });
    } else {
      const { type, error } = engine;
      const message = error.message;
      await setHostEngine(tx, { hostId }, { type, state: 'down', version: null, capabilities: null, message });
      checks.push({
        id: `${type}.answers`,
        state: 'bad',
        found: message,
        fix: startIt[type],
        command: startCommand[type],
      });
    }
  }
  for (const { type } of before.engines)
    if (!report.engines.some((engine) => engine.type === type)) await deleteHostEngine(tx, { hostId, type });
  await saveEngineFacts(tx, before, found);
  await updateHost(
    tx,
    { id: hostId },
    {
      doctor: checks,
      machineId: identityIn(report) ?? before.machineId,
      ...(report.machine && { system: report.machine.system }),
    },
  );
  return checks;
}

/** Who the machine is; where Atoll cannot sign in to it, who its Docker is. */
export function identityIn({ machine, engines }: HostReport): string | null {
  if (machine) return machine.identity;
  const [id] = engines.flatMap((engine) => ('report' in engine ? (engine.report.machineId ?? []) : []));
  return id === undefined ? null : identityOf('docker', id);
}

/** Writes what engines say of the machine that they share: its size, its pools and its networks. */
export async function saveEngineFacts(tx: AtollTx, before: HostRow, found: readonly EngineFound[]): Promise<void> {
  await saveCapacity(
    tx,
    before,
    found.map((engine) => engine.report),
  );
  const facts = {
    networks: found.flatMap(({ type, report }) => report.networks.map((network) => ({ ...network, engine: type }))),
    pools: found.flatMap((engine) => engine.report.pools),
  };
  const known = { networks: before.networks, pools: before.pools };
  if (!isDeepStrictEqual(known, facts)) await updateHost(tx, { id: before.id }, facts);
}

/** Two engines on one machine see the same CPUs, memory and disk: the machine counts once, with the larger answer. */
async function saveCapacity(tx: AtollTx, before: HostRow, reports: readonly EngineReport[]): Promise<void> {
  if (reports.length === 0) return;
  const most = (resource: 'vcpus' | 'memoryMiB' | 'diskGiB'): number =>
    Math.max(...reports.map((report) => report.capacity[resource]));
  await setHostCapacity(
    tx,
    { hostId: before.id },
    {
      vcpus: { total: most('vcpus') },
      memoryMiB: { total: most('memoryMiB') },
      diskGiB: { total: most('diskGiB') },
    },
  );
  // Ratio and reserve are those of its pool.
  await followPoolCapacity(tx, { hostId: before.id });
}
