import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { newId } from '#server/platform/id.ts';
import { shelfCreate } from '#server/testing/crash-world.ts';
import { driveOperation, readOperation, takeTurn } from '#server/testing/drive-operation.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { InjectedFailure, withStep } from '#server/testing/workflow-harness-faults.ts';
import { cancelOperation } from './cancel-operation.ts';
import { admit } from './enqueue.ts';
import { retryOperation } from './retry-operation.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await createTestbed();
});
afterAll(() => bed.dispose());

const retry = (operationId: string, readmit: () => Promise<void> = async () => undefined) =>
  inTx(bed.db, (tx) => retryOperation(tx, { operationId, createdBy: null, requestId: null, readmit }));

describe('enqueueOperation', () => {
  it('writes a pending operation and tells it', async () => {
    const { id, targetId } = await bed.create();
    expect(await readOperation(bed.db, id)).toMatchObject({
      state: 'pending',
      workflowVersion: 1,
      input: { instanceId: targetId, start: true },
      fence: 0,
    });
    expect(await bed.db.outbox.count({ where: { topic: 'operation', entityId: id } })).toBe(1);
    await driveOperation(bed.engine(), id);
  });

  it('refuses a target that is busy, naming the operation; afterwards it is free', async () => {
    const { id, targetId } = await bed.create();
    await expect(bed.remove(targetId)).rejects.toMatchObject({
      code: 'state_conflict',
      message: `“i-${targetId.slice(-4)}” is busy: create is pending.`,
      options: { params: { reason: 'busy', operation: id, kind: 'instance.create', state: 'pending' } },
    });
    await driveOperation(bed.engine(), id);
    const removal = await bed.remove(targetId);
    await driveOperation(bed.engine(), removal.id);
  });

  it('lets one of many have the target when they ask at once', async () => {
    const instanceId = newId();
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => bed.create({ instanceId })));
    const won = answers.filter((answer) => answer.status === 'fulfilled');
    const lost = answers.filter((answer) => answer.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(lost.map((answer) => answer.reason.code)).toEqual(lost.map(() => 'state_conflict'));
    await driveOperation(bed.engine(), won[0]?.value.id ?? '');
  });
});

describe('admit', () => {
  it('rings when the transaction has committed, and not when it has not', async () => {
    let rings = 0;
    const context = { db: bed.db, bell: { ring: () => void rings++ } };
    expect(await admit(context, async () => 'done')).toBe('done');
    expect(rings).toBe(1);
    await expect(
      admit(context, async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(rings).toBe(1);
  });
});

describe('cancelOperation', () => {
  it('cancels what is pending before any step', async () => {
    const { id, targetId } = await bed.create();
    await inTx(bed.db, (tx) => cancelOperation(tx, id));
    const operation = await driveOperation(bed.engine(), id);
    expect(operation).toMatchObject({
      state: 'cancelled',
      error: { code: 'cancelled', undone: 'Nothing had been changed yet.' },
    });
    expect((await bed.shelf.list()).filter((thing) => thing.includes(targetId))).toEqual([]);
    expect(await bed.db.event.count({ where: { targetId, type: 'shelf.failed' } })).toBe(1);
  });

  it('refuses deletes, and what is over', async () => {
    const removal = await bed.remove(newId());
    await expect(inTx(bed.db, (tx) => cancelOperation(tx, removal.id))).rejects.toMatchObject({
      code: 'state_conflict',
      options: { params: { reason: 'forwardOnly' } },
    });
    await driveOperation(bed.engine(), removal.id);
    const { id } = await bed.create();
    await driveOperation(bed.engine(), id);
    await expect(inTx(bed.db, (tx) => cancelOperation(tx, id))).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(inTx(bed.db, (tx) => cancelOperation(tx, newId()))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('retryOperation', () => {
  const failing = () =>
    bed.engine({
      workflows: [
        withStep(shelfCreate, 'make-power', () => ({
          run: async () => {
            throw new InjectedFailure('no', 'not_done');
          },
        })),
      ],
    });

  it('begins a new operation from the input of one that failed, admitted again', async () => {
    const { id, targetId } = await bed.create();
    await driveOperation(failing(), id);
    let admitted = 0;
    const again = await retry(id, async () => {
      admitted++;
    });
    expect(again).toMatchObject({ state: 'pending', retryOfId: id, targetId, kind: 'instance.create' });
    expect(admitted).toBe(1);
    expect(await driveOperation(bed.engine(), again.id)).toMatchObject({ state: 'succeeded' });
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'failed' });
  });

  it('leaves nothing behind when it is not admitted', async () => {
    const { id, targetId } = await bed.create();
    await driveOperation(failing(), id);
    await expect(retry(id, () => Promise.reject(new Error('quota')))).rejects.toThrow('quota');
    expect(await bed.db.operation.count({ where: { targetId } })).toBe(1);
  });

  it('refuses what runs or succeeded', async () => {
    const { id } = await bed.create();
    await expect(retry(id)).rejects.toMatchObject({ code: 'state_conflict' });
    await takeTurn(bed.engine());
    await expect(retry(id)).rejects.toMatchObject({ code: 'state_conflict' });
  });
});
