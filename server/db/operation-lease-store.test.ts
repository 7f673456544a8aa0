import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#server/platform/id.ts';
import { letTimePass, readOperation } from '#server/testing/drive-operation.ts';
import { makeProject } from '#server/testing/factories.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { inTx } from './client.ts';
import { isHeld, updateHeldOperation } from './operation-journal-store.ts';
import { type Claim, claimOperation, renewLeases } from './operation-lease-store.ts';

let bed: Testbed;
beforeEach(async () => {
  bed = await createTestbed();
});
afterEach(() => bed.dispose());

const claim = (owner = 'me', more: Partial<Claim> = {}) =>
  claimOperation(bed.db, { owner, leaseMs: 30_000, perHost: 4, workflows: ['instance.create 1'], ...more });

describe('claimOperation', () => {
  it('gives each operation to one claimer, however many ask at once', async () => {
    const created = await Promise.all(Array.from({ length: 20 }, () => bed.create()));
    const claimed = await Promise.all(Array.from({ length: 30 }, (_, at) => claim(`w${at}`)));
    const ids = claimed.flatMap((row) => (row ? [row.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual(created.map((row) => row.id).sort());
  });

  it('writes owner, lease, state and a higher fence each time', async () => {
    const { id } = await bed.create();
    expect(await claim()).toMatchObject({ id, owner: 'me', state: 'running', fence: 1, attempts: 1 });
    expect(await claim('other')).toBeNull();
    await letTimePass(bed.db, id);
    expect(await claim('other')).toMatchObject({ id, owner: 'other', fence: 2, attempts: 2 });
  });

  it('leaves alone what is not due, and what it has no workflow for', async () => {
    const { id } = await bed.create();
    expect(await claim('me', { workflows: ['instance.create 2', 'instance.delete 1'] })).toBeNull();
    await bed.db.$executeRaw`UPDATE operation SET run_after = now() + interval '1 minute' WHERE id = ${id}::uuid`;
    expect(await claim()).toBeNull();
  });

  it('never takes more than the slots of a host, and others pass by', async () => {
    const [busy, free] = [newId(), newId()];
    for (let at = 0; at < 6; at++) await bed.create({ hostId: busy });
    const other = await bed.create({ hostId: free });
    const claimed = await Promise.all(Array.from({ length: 8 }, (_, at) => claim(`w${at}`, { perHost: 2 })));
    const hosts = claimed.flatMap((row) => (row ? [row.hostId] : []));
    expect(hosts.sort()).toEqual([busy, busy, other.hostId].sort());
  });

  it('takes priority first, then turns among projects', async () => {
    const [mine, yours] = [(await makeProject(bed.db)).id, (await makeProject(bed.db)).id];
    for (let at = 0; at < 4; at++) await bed.create({ projectId: mine });
    for (let at = 0; at < 2; at++) await bed.create({ projectId: yours });
    const urgent = await bed.create({ projectId: mine });
    await bed.db.operation.update({ where: { id: urgent.id }, data: { priority: 1 } });
    const order: (string | null | undefined)[] = [];
    for (let at = 0; at < 7; at++) order.push((await claim(`w${at}`))?.projectId);
    expect(order).toEqual([mine, yours, mine, yours, mine, mine, mine]);
  });

  it('is not held up for long by a claimer that stops in the middle', async () => {
    await bed.create();
    const stopped = inTx(bed.db, async (tx) => {
      await tx.$queryRaw`SELECT set_config('idle_in_transaction_session_timeout', '300', true),
        pg_advisory_xact_lock(4108211)::text`;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return tx.$queryRaw`SELECT 1`;
    });
    expect(await claim()).not.toBeNull();
    await expect(stopped).rejects.toThrow();
  });
});

describe('the fence', () => {
  it('refuses every write of a holder that was overtaken', async () => {
    const { id } = await bed.create();
    const old = { id, targetType: 'instance', fence: (await claim('old'))?.fence ?? 0 };
    await letTimePass(bed.db, id);
    const now = { id, targetType: 'instance', fence: (await claim('new'))?.fence ?? 0 };

    await inTx(bed.db, async (tx) => {
      expect(await isHeld(tx, old)).toBe(false);
      expect(await updateHeldOperation(tx, old, { patch: { state: 'succeeded', ended: true } })).toBeNull();
      expect(await isHeld(tx, now)).toBe(true);
    });
    const held = [old, now];
    expect([...(await renewLeases(bed.db, { owner: 'old', held, leaseMs: 1_000 }))]).toEqual([]);
    expect([...(await renewLeases(bed.db, { owner: 'new', held, leaseMs: 1_000 }))]).toEqual([id]);
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'running', owner: 'new' });
  });

  it('refuses the holder itself once it has given the operation up', async () => {
    const { id } = await bed.create();
    const held = { id, targetType: 'instance', fence: (await claim())?.fence ?? 0 };
    const release = { afterMs: 0, countsAsAttempt: false };
    expect(await inTx(bed.db, (tx) => updateHeldOperation(tx, held, { patch: { release } }))).toMatchObject({
      attempts: 0,
    });
    expect(await inTx(bed.db, (tx) => updateHeldOperation(tx, held, { patch: { percent: 5 } }))).toBeNull();
  });
});
