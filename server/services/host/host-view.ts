import type { Host } from '#server/contract/host.ts';
import type { HostRow } from '#server/db/host-store.ts';

/** A host as its admins see it; what was sealed when it was added is in no row that the web can read. */
export function hostView(row: HostRow): Host {
  const counter = ({ total, allocatable, claimed }: HostRow['capacity']['vcpus']) => ({ total, allocatable, claimed });
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    stateSince: row.stateSince.toISOString(),
    stateReason: row.stateReason,
    connection: {
      type: row.connectionType,
      address: row.address,
      port: row.port,
      user: row.username,
      credential: row.credentialType,
      fingerprint: row.fingerprint,
      offeredFingerprint: row.offeredFingerprint,
    },
    storagePool: row.storagePool,
    hostPool: row.hostPool,
    labels: row.labels,
    traits: row.traits,
    maintenance: row.maintenance,
    maintenanceReason: row.maintenanceReason,
    cordon: row.cordonedAt && { at: row.cordonedAt.toISOString(), reason: row.cordonReason ?? '' },
    load: row.load && { ...row.load, at: new Date(row.load.at).toISOString() },
    engines: row.engines,
    capacity: {
      vcpus: counter(row.capacity.vcpus),
      memoryMiB: counter(row.capacity.memoryMiB),
      diskGiB: counter(row.capacity.diskGiB),
    },
    system: row.system,
    networks: row.networks,
    pools: row.pools,
    instances: row.instances,
    unmanaged: row.unmanaged,
    doctor: row.doctor && row.doctorAt && { checkedAt: row.doctorAt.toISOString(), checks: row.doctor },
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    task: row.task,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}
