import type { Amounts, ClaimFor } from '#server/db/claim-store.ts';
import type { InstancePlan } from './instance-plan.ts';

/** Ids are given before anything is written, so that claims, rows and operation name each other. */
export interface Making {
  id: string;
  name: string;
  operationId: string;
  diskId: string | null;
  /** Of the volumes in `plan.newVolumes`. */
  volumeIds: string[];
}

/** What one owner, the instance or a volume of it, takes. */
export interface OwnerClaim {
  claimFor: ClaimFor;
  amounts: Amounts;
}

/** All that an instance takes from the quota. A new volume claims for itself, because it may outlive its instance. */
export function instanceClaims(projectId: string, plan: InstancePlan, made: Making): OwnerClaim[] {
  const { vcpus, memoryMiB } = plan.size;
  const containers = plan.spec.kind === 'container' ? 1 : 0;
  const claims: { ownerId: string; amounts: Amounts }[] = [
    { ownerId: made.id, amounts: { instances: 1, containers, vcpus, memoryMiB } },
  ];
  if (plan.newDisk && made.diskId !== null)
    claims.push({ ownerId: made.diskId, amounts: { diskGiB: plan.newDisk.sizeGiB, volumes: 1 } });
  for (const ownerId of made.volumeIds) claims.push({ ownerId, amounts: { volumes: 1 } });
  const { operationId } = made;
  return claims.map(({ ownerId, amounts }) => ({ claimFor: { projectId, operationId, ownerId }, amounts }));
}

/** What of it counts in a pool's quota: what lies on its hosts. */
export function inPool({ instances, containers, vcpus, memoryMiB, diskGiB }: Amounts) {
  return { instances, containers, vcpus, memoryMiB, diskGiB };
}

/** What of it lies on the host. */
export function onHost({ vcpus, memoryMiB, diskGiB }: Amounts) {
  return { vcpus, memoryMiB, diskGiB };
}
