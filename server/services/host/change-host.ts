import type { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { Host, HostState, hostApi } from '#server/contract/host.ts';
import type { AtollTx } from '#server/db/client.ts';
import { touchHostPool } from '#server/db/host-pool-store.ts';
import { getHost, type HostPatch, type HostRow, updateHost } from '#server/db/host-store.ts';
import { movePoolClaims } from '#server/db/pool-quota-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { listHostVolumes } from '#server/db/volume-store.ts';
import { change, startWork } from '../change.ts';
import { requireRoom } from '../host-pool/change-host-pools.ts';
import type { ActorContext } from '../service-context.ts';
import { hostView } from './host-view.ts';
import { enqueueHostWork, type StartedHostWork } from './start-host-work.ts';

const about = (action: string, id: string, detail?: Record<string, unknown>) => ({
  action,
  target: { type: 'host', id },
  detail,
});

/** Runs the host doctor. Throws `not_found`, `state_conflict`, or `host_quarantined` before its key is confirmed. */
export async function inspectHost(ctx: ActorContext, input: { host: string }): Promise<StartedHostWork> {
  const { host: id } = input;
  return startWork(ctx, about('host.inspect', id), async (tx) => {
    const row = await getHost(tx, { id });
    if (row.state === 'quarantined') throw new AtollError('host_quarantined', row.stateReason ?? undefined);
    return enqueueHostWork(tx, ctx, { kind: 'host.inspect', hostId: id, input: { hostId: id } });
  });
}

/**
 * Confirms the key that a quarantined host offers now, after it was compared on the machine. It must be the one that was seen:
 * a key that changed again since is not confirmed. Throws `not_found`, `state_conflict`, `host_key_mismatch`.
 */
export async function confirmHostKey(
  ctx: ActorContext,
  input: { host: string; fingerprint: string },
): Promise<StartedHostWork> {
  const { host: id, fingerprint } = input;
  return startWork(ctx, about('host.confirmKey', id, { fingerprint }), async (tx) => {
    const row = await getHost(tx, { id });
    if (row.state !== 'quarantined') throw new AtollError('state_conflict', 'The host is not in quarantine.');
    if (row.offeredFingerprint !== null && row.offeredFingerprint !== fingerprint)
      throw new AtollError('host_key_mismatch', `The host offers ${row.offeredFingerprint} now.`);
    // A reinstalled machine has another identity too; the confirmed key vouches for it, and the doctor reads it anew.
    const confirmed = { offeredFingerprint: null, machineId: null, stateReason: null };
    // Only SSH has a key to pin; elsewhere it was the machine itself that was confirmed.
    const pinned = row.connectionType === 'ssh' ? { fingerprint } : {};
    await updateHost(tx, { id }, { ...confirmed, ...pinned, state: 'enrolling' });
    return enqueueHostWork(tx, ctx, { kind: 'host.inspect', hostId: id, input: { hostId: id } });
  });
}

/**
 * Renames a host, puts it into maintenance or takes it out, cordons it or not, sets labels and traits, moves it to another pool.
 * What runs on it stays. A pool whose ratios would leave less than is claimed on the host is refused.
 * Throws `not_found`, `name_taken`, `state_conflict`, `quota_exceeded`, `precondition_failed`.
 */
export async function changeHost(ctx: ActorContext, input: z.output<typeof hostApi.update.input>): Promise<Host> {
  const { host: id, cordon, poolId, maintenance, maintenanceReason, ...others } = input;
  const { expectedVersion } = ctx;
  const { host: _, ...detail } = input;
  return change(ctx, about('host.update', id, detail), async (tx) => {
    const before = await getHost(tx, { id });
    requireVersion(before.version, expectedVersion);
    const patch: HostPatch = { ...others, state: stateFor(before, maintenance) };
    if (cordon !== undefined) patch.cordonReason = cordon?.reason ?? null;
    if (maintenance !== undefined) Object.assign(patch, { maintenance, maintenanceReason: maintenanceReason ?? null });
    if (poolId !== undefined && poolId !== before.hostPool.id) await moveToPool(tx, before, poolId);
    return hostView(await updateHost(tx, { id }, patch));
  });
}

/** Ratios, reserves and what projects have claimed in the pool follow the host, in the one order of locks. */
async function moveToPool(tx: AtollTx, host: HostRow, poolId: string): Promise<void> {
  const pools = [host.hostPool.id, poolId].sort();
  for (const id of pools) await touchHostPool(tx, { id });
  await movePoolClaims(tx, { hostId: host.id, toPoolId: poolId });
  await updateHost(tx, { id: host.id }, { poolId });
  await requireRoom(tx, { hostId: host.id }, 'poolId');
}

/** Maintenance shows as the state of a host that is well; one that does not answer stays unreachable. */
function stateFor({ state }: HostRow, maintenance: boolean | undefined): HostState | undefined {
  if (maintenance === true && state === 'online') return 'maintenance';
  if (maintenance === false && state === 'maintenance') return 'online';
  return undefined;
}

/** Removes a host from Atoll; what runs on it is not touched. Throws `not_found`, `in_use`, `precondition_failed`. */
export async function removeHost(ctx: ActorContext, input: { host: string }): Promise<StartedHostWork> {
  const { host: id } = input;
  return startWork(ctx, about('host.remove', id), async (tx) => {
    const row = await getHost(tx, { id });
    requireVersion(row.version, ctx.expectedVersion);
    await requireEmpty(tx, row);
    await updateHost(tx, { id }, { state: 'removing', stateReason: null });
    return enqueueHostWork(tx, ctx, { kind: 'host.remove', hostId: id, input: { hostId: id } });
  });
}

/** Kept volumes are on a host too, and whoever kept them wants them back. */
async function requireEmpty(tx: AtollTx, { id, instances, name }: HostRow): Promise<void> {
  const volumes = (await listHostVolumes(tx, { hostId: id })).length;
  if (instances === 0 && volumes === 0) return;
  const message = `There are ${instances} instances and ${volumes} volumes on ${name}.`;
  throw new AtollError('in_use', message, { params: { instances, volumes } });
}
