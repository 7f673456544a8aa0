import type { Instance } from '#server/contract/instance.ts';
import { type InstanceSpecRecord, instanceSpecSchema } from '#server/contract/instance-spec.ts';
import type { InstanceState } from '#server/contract/instance-state.ts';
import type { InstanceRow } from '#server/db/instance-store.ts';

/** An instance as people see it. What is secret (user-data, values of the environment) is not in the row at all. */
export function instanceView(row: InstanceRow): Instance {
  const spec = specOf(row);
  return {
    id: row.id,
    projectId: row.projectId,
    kind: row.kind,
    name: row.name,
    state: row.state,
    stateSince: row.stateSince.toISOString(),
    stateReason: stateReason(row),
    desiredState: row.desiredState,
    task: row.task,
    host: row.host && { id: row.host.id, name: row.host.name },
    hostPool: row.hostPool,
    placementGroup: row.placementGroup,
    traits: row.traits,
    flavor: row.flavor,
    image: row.imageName === null ? null : { id: row.imageId, name: row.imageName },
    vcpus: row.vcpus,
    memoryMiB: row.memoryMiB,
    diskGiB: row.diskGiB,
    hostname: row.hostname,
    network: row.network,
    addresses: row.addresses,
    ports: row.ports,
    command: spec?.kind === 'container' ? spec.command : [],
    envNames: row.envNames,
    volumes: row.volumes,
    restartPolicy: spec?.kind === 'container' ? spec.restartPolicy : null,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

/** null for what an older version wrote differently: a list must not fail for one row. */
function specOf(row: InstanceRow): InstanceSpecRecord | null {
  return instanceSpecSchema.safeParse(row.spec).data ?? null;
}

const explained: readonly InstanceState[] = ['crashed', 'failed', 'missing', 'unreachable'];

function stateReason(row: InstanceRow): string | null {
  if (!explained.includes(row.state)) return null;
  if (row.state === 'unreachable') return row.host?.stateReason ?? 'Its host does not answer.';
  return row.state === 'failed' ? row.failureReason : row.observedReason;
}
