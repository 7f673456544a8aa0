import type { MoveHindrance } from '#server/contract/project.ts';
import type {
  ImageContent,
  InstanceContent,
  readMoveTarget,
  VolumeContent,
} from '#server/db/project-contents-store.ts';

/** What a project that takes things has already; null while none was chosen. */
export type MoveTarget = Awaited<ReturnType<typeof readMoveTarget>> | null;

/*
 * What moves is metadata: no host is touched. So what on its host belongs to the project by its very definition has to stay: a
 * container is connected to the bridge network of its project, beside the others of that project, and the labels of a
 * container's volumes, which Docker cannot change, name it.
 */

/** Why an instance cannot move; null when it can. Its disks go with it. */
export function instanceHindrance(row: InstanceContent, target: MoveTarget): MoveHindrance | null {
  if (row.busy) return 'busy';
  if (row.lifecycle !== 'ready') return 'notReady';
  if (row.kind === 'container' && row.network !== 'none') return 'projectNetwork';
  if (row.kind === 'container' && row.volumes > 0) return 'containerVolume';
  if (target?.instances.has(row.name)) return 'nameTaken';
  return inPool(row.privatePoolId, target) ? null : 'pool';
}

/** Why a volume cannot move by itself; null when it can. `withInstance`: as a disk of an instance that moves. */
export function volumeHindrance(row: VolumeContent, target: MoveTarget, withInstance: boolean): MoveHindrance | null {
  if (row.busy) return 'busy';
  if (row.state !== 'ready') return 'notReady';
  if (row.kind === 'container') return 'containerVolume';
  if (row.instanceId !== null && !withInstance) return 'attached';
  if (target?.volumes.has(row.name)) return 'nameTaken';
  return inPool(row.privatePoolId, target) ? null : 'pool';
}

/** Why an image cannot move; null when it can. */
export function imageHindrance(row: ImageContent): MoveHindrance | null {
  if (row.busy) return 'busy';
  return row.state === 'ready' ? null : 'notReady';
}

const inPool = (poolId: string | null, target: MoveTarget): boolean =>
  poolId === null || target === null || target.pools.has(poolId);
