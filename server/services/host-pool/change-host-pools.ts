import type { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { createHostPoolSchema, HostPool, hostPoolApi } from '#server/contract/host-pool.ts';
import type { AtollTx } from '#server/db/client.ts';
import { deleteHostPool, getHostPool, insertHostPool, lockPool, updateHostPool } from '#server/db/host-pool-store.ts';
import { applyPoolCapacity, type Overfull } from '#server/db/pool-capacity-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { hostPoolView } from './host-pool-view.ts';

const about = (action: string, id: string, detail?: Record<string, unknown>) => ({
  action: `hostPool.${action}`,
  target: { type: 'host-pool', id },
  detail,
});

/** Makes a pool without hosts. Throws `name_taken`, `validation_failed`. */
export async function createHostPool(
  ctx: ActorContext,
  input: z.output<typeof createHostPoolSchema>,
): Promise<HostPool> {
  const what = about('create', '', { ...input });
  return change(ctx, what, async (tx) => {
    const row = await insertHostPool(tx, input);
    what.target.id = row.id;
    return hostPoolView(row);
  });
}

const capacityFields = [
  'cpuRatio',
  'memoryRatio',
  'diskRatio',
  'reserveVcpus',
  'reserveMemoryMiB',
  'reserveDiskGiB',
] as const;

/**
 * Changes a pool; ratios and reserves hold for its hosts at once. A change that would leave a host with less than is claimed on it is
 * refused, so that invariant I2 holds at every moment. Throws `not_found`, `name_taken`, `state_conflict`, `precondition_failed`.
 */
export async function changeHostPool(
  ctx: ActorContext,
  input: z.output<typeof hostPoolApi.update.input>,
): Promise<HostPool> {
  const { hostPool: id, ...patch } = input;
  const { expectedVersion } = ctx;
  return change(ctx, about('update', id, patch), async (tx) => {
    await lockPool(tx, { id, expectedVersion });
    const before = await getHostPool(tx, { id });
    if (before.isDefault && patch.visibility === 'private') {
      const message = 'The default pool is for every project.';
      throw new AtollError('validation_failed', message, {
        fields: [{ pointer: '/visibility', code: 'invalid', message }],
      });
    }
    const row = await updateHostPool(tx, { id }, patch);
    const field = capacityFields.find((name) => patch[name] !== undefined && patch[name] !== before[name]);
    if (!field) return hostPoolView(row);
    await requireRoom(tx, { poolId: id }, field);
    return hostPoolView(await getHostPool(tx, { id }));
  });
}

function tell({ host, resource, claimed, allocatable }: Overfull): string {
  switch (resource) {
    case 'vcpus':
      return `${host}: ${claimed} vCPUs claimed, ${allocatable} left`;
    case 'memoryMiB':
      return `${host}: ${claimed} MiB of memory claimed, ${allocatable} left`;
    case 'diskGiB':
      return `${host}: ${claimed} GiB of disk claimed, ${allocatable} left`;
  }
}

/** Gives the hosts the ratios and reserves of their pool. Throws `state_conflict` that names the hosts which are too full for them. */
export async function requireRoom(
  tx: AtollTx,
  ref: { hostId: string } | { poolId: string },
  field: string,
): Promise<void> {
  const overfull = await applyPoolCapacity(tx, ref);
  if (overfull.length === 0) return;
  const shown = overfull.slice(0, 3).map(tell).join('; ');
  const more = overfull.length > 3 ? `; and ${overfull.length - 3} more` : '';
  const message = `Less would be left than is claimed. ${shown}${more}.`;
  throw new AtollError('state_conflict', message, {
    hint: 'Choose a higher ratio or a smaller reserve, or move instances away first.',
    fields: [{ pointer: `/${field}`, code: 'overfull', message }],
    params: { reason: 'overfull', hosts: new Set(overfull.map(({ hostId }) => hostId)).size },
    extra: { overfull },
  });
}

/** Deletes a pool without hosts. Throws `not_found`, `in_use`, `state_conflict`, `precondition_failed`. */
export async function removeHostPool(ctx: ActorContext, input: { hostPool: string }): Promise<null> {
  const { hostPool: id } = input;
  const { expectedVersion } = ctx;
  return change(ctx, about('delete', id), async (tx) => {
    const { isDefault } = await getHostPool(tx, { id });
    if (isDefault) throw new AtollError('state_conflict', 'The default pool stays: hosts of no other pool are in it.');
    await deleteHostPool(tx, { id, expectedVersion });
    return null;
  });
}
