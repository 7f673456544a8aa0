import type { InstanceRow } from '#server/db/instance-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import type { InstanceSpec } from '#server/drivers/driver.ts';

/** What a VM and a container have in common. */
export function definitionOf(
  operation: OperationRow,
  instance: InstanceRow,
): Pick<InstanceSpec, 'tag' | 'name' | 'hostname' | 'vcpus' | 'memoryMiB'> {
  const { id, markedProjectId: projectId, generation, name, hostname, vcpus, memoryMiB } = instance;
  return {
    tag: { instanceId: id, projectId, generation, operationId: operation.id },
    name,
    hostname,
    vcpus,
    memoryMiB,
  };
}
