import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { shelfCreate, shelfDelete } from '#server/testing/crash-world.ts';
import { driveOperation, letTimePass, readOperation, takeTurn } from '#server/testing/drive-operation.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { InjectedFailure, withStep } from '#server/testing/workflow-harness-faults.ts';
import { SimulatedCrash } from './interruption.ts';
import { retryOperation } from './retry-operation.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await createTestbed();
});
afterAll(() => bed.dispose());

const statesOf = (operation: { steps: { state: string }[] }) => operation.steps.map((step) => step.state);

describe('stuck', () => {
  it('keeps the first problem, raises one alarm however often it is tried, and ends when the undo works', async () => {
    const { id, targetId } = await bed.create();
    let broken = true;
    const failing = withStep(shelfCreate, 'make-definition', () => ({
      run: async () => {
        throw new InjectedFailure('No space.', 'not_done');
      },
    }));
    const workflow = withStep(failing, 'make-volume', (inner) => ({
      undo: async (context) => {
        if (broken) throw new InjectedFailure('Host away.', 'not_done');
        await inner.undo?.(context);
      },
    }));
    const engine = bed.engine({ workflows: [workflow] });
    for (let turn = 0; turn < 6; turn++) {
      await takeTurn(engine);
      await letTimePass(bed.db, id);
    }
    const stuck = await readOperation(bed.db, id);
    expect(stuck).toMatchObject({ state: 'stuck', error: { code: 'driver_failed', detail: 'No space.' } });
    expect(stuck.error?.undone).toMatch(/“make volume” could not be put back yet: Host away. Atoll keeps trying./);
    const alarms = await bed.db.event.findMany({ where: { targetId, type: 'operation.stuck' } });
    expect(alarms).toMatchObject([{ severity: 'error', params: { operation: id, kind: 'instance.create' } }]);

    broken = false;
    await inTx(bed.db, (tx) =>
      retryOperation(tx, {
        operationId: id,
        createdBy: null,
        requestId: null,
        readmit: () => Promise.reject(new Error()),
      }),
    );
    await takeTurn(engine);
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'failed', error: { detail: 'No space.' } });
  });

  it('a delete goes forward again, and is not stuck any more', async () => {
    const { id } = await bed.remove(crypto.randomUUID());
    let broken = true;
    const workflow = withStep(shelfDelete, 'remove-definition', (inner) => ({
      run: async (context) => {
        if (broken) throw new InjectedFailure('Host away.', 'not_done');
        return inner.run(context);
      },
    }));
    const engine = bed.engine({ workflows: [workflow] });
    await takeTurn(engine);
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'stuck', error: { detail: 'Host away.' } });
    broken = false;
    const operation = await driveOperation(engine, id);
    expect(operation).toMatchObject({ state: 'succeeded', error: null });
    expect(statesOf(operation)).toEqual(['done', 'done', 'done']);
  });

  it('what cannot be read is stuck instead of forgotten', async () => {
    const { id } = await bed.create();
    await bed.db.operation.update({ where: { id }, data: { input: { nonsense: true } } });
    await takeTurn(bed.engine());
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'stuck', error: { code: 'internal' } });
    await bed.db.operation.delete({ where: { id } });
  });
});

describe('a worker that dies', () => {
  const dyingAt = (point: string, times = Number.POSITIVE_INFINITY) => {
    let deaths = 0;
    const crash = (name: string) => {
      if (name !== `instance.create.${point}` || deaths >= times) return;
      deaths++;
      throw new SimulatedCrash(name);
    };
    return { crash, deaths: () => deaths };
  };

  it('does not count as a try of the step', async () => {
    const { id } = await bed.create();
    const { crash, deaths } = dyingAt('make-definition.after-call', 2);
    const operation = await driveOperation(bed.engine({ crash }), id);
    expect(deaths()).toBe(2);
    expect(operation.state).toBe('succeeded');
    expect(operation.steps[1]?.attempts).toBe(1);
  });

  it('every time makes the operation poison: it is undone', async () => {
    const { id, targetId } = await bed.create();
    const { crash, deaths } = dyingAt('make-power.before-call');
    const operation = await driveOperation(bed.engine({ crash, settings: { crashLimit: 3 } }), id);
    expect(deaths()).toBe(3);
    expect(operation).toMatchObject({ state: 'failed', error: { code: 'internal', step: 'make-power' } });
    expect(operation.error?.detail).toMatch(/died 3 times/);
    expect((await bed.shelf.list()).filter((thing) => thing.includes(targetId))).toEqual([]);
  });

  it('is put off ever longer, so that others flow', async () => {
    const { id } = await bed.create();
    const { crash } = dyingAt('make-volume.before-call');
    const waits: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      await takeTurn(bed.engine({ crash }));
      const [row] = await bed.db.$queryRaw<{ wait: number }[]>`
        SELECT extract(epoch FROM run_after - now())::float8 AS wait FROM operation WHERE id = ${id}::uuid`;
      waits.push(row?.wait ?? 0);
      await letTimePass(bed.db, id);
    }
    expect(waits[1]).toBeLessThanOrEqual(0);
    expect(waits[4]).toBeGreaterThan(waits[3] ?? 0);
    expect(waits[4]).toBeGreaterThan(30);
    await driveOperation(bed.engine(), id);
  });

  it('every time in the undo leaves the operation stuck, with an alarm', async () => {
    const { id, targetId } = await bed.create();
    const { crash } = dyingAt('make-volume.undo-before-call');
    const workflow = withStep(shelfCreate, 'make-definition', () => ({
      run: async () => {
        throw new InjectedFailure('no', 'not_done');
      },
    }));
    const engine = bed.engine({ crash, workflows: [workflow], settings: { crashLimit: 2 } });
    for (let turn = 0; turn < 5; turn++) {
      await takeTurn(engine);
      await letTimePass(bed.db, id);
    }
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'stuck' });
    expect(await bed.db.event.count({ where: { targetId, type: 'operation.stuck' } })).toBe(1);
    expect(await driveOperation(bed.engine(), id)).toMatchObject({ state: 'failed' });
  });
});
