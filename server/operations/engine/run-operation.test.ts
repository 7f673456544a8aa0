import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { listOperationLog } from '#server/db/operation-log-store.ts';
import { sleep } from '#server/platform/clock.ts';
import { type ShelfTools, shelfCreate, thingsOf } from '#server/testing/crash-world.ts';
import { driveOperation, readOperation, takeTurn } from '#server/testing/drive-operation.ts';
import { createTestbed, type EngineOptions, type Testbed } from '#server/testing/shelf-testbed.ts';
import { InjectedFailure, withStep } from '#server/testing/workflow-harness-faults.ts';
import type { StepContext } from './workflow.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await createTestbed();
});
afterAll(() => bed.dispose());

type Run = (context: StepContext<unknown, ShelfTools>, call: number) => Promise<Record<string, unknown> | undefined>;

/** An engine in which one step of `instance.create` does as told; `call` counts from 1. */
function engineWith(
  name: string,
  run: Run,
  options: EngineOptions & { maxAttempts?: number; timeoutMs?: number } = {},
) {
  let calls = 0;
  const { maxAttempts, timeoutMs = 10_000, ...rest } = options;
  const step = { maxAttempts, timeoutMs, run: (context: StepContext<unknown, ShelfTools>) => run(context, ++calls) };
  const engine = bed.engine({ ...rest, workflows: [withStep(shelfCreate, name, () => step)] });
  return { engine, calls: () => calls };
}

const statesOf = (operation: { steps: { state: string }[] }) => operation.steps.map((step) => step.state);

describe('a run', () => {
  it('runs every step, writes the journal, the result and the end', async () => {
    const { id, targetId } = await bed.create();
    await takeTurn(bed.engine());

    const operation = await readOperation(bed.db, id);
    expect(operation).toMatchObject({ state: 'succeeded', percent: 100, owner: null, leaseUntil: null, error: null });
    expect(operation.result).toEqual({ instanceId: targetId });
    expect(operation.steps.map((step) => [step.name, step.state, step.attempts])).toEqual([
      ['make-volume', 'done', 1],
      ['make-definition', 'done', 1],
      ['make-power', 'done', 1],
    ]);
    expect(operation.steps[0]?.output).toEqual({ thing: `volume-${targetId}` });
    expect(operation.endedAt).not.toBeNull();
    expect(await bed.shelf.list()).toEqual(expect.arrayContaining(thingsOf(targetId)));
  });

  it('skips steps that do not apply', async () => {
    const { id } = await bed.create({ start: false });
    const operation = await driveOperation(bed.engine(), id);
    expect(operation.state).toBe('succeeded');
    expect(statesOf(operation)).toEqual(['done', 'done', 'skipped']);
  });

  it('gives later steps the outputs of earlier ones, also after a hand-over', async () => {
    const { id, targetId } = await bed.create();
    const seen: unknown[] = [];
    const { engine } = engineWith('make-power', async (context, call) => {
      seen.push(context.outputs);
      if (call === 1) throw new InjectedFailure('cut', 'unknown');
      return undefined;
    });
    await driveOperation(engine, id);
    const outputs = {
      'make-volume': { thing: `volume-${targetId}` },
      'make-definition': { thing: `definition-${targetId}` },
    };
    expect(seen).toEqual([outputs, outputs]);
  });

  it('counts the steps that are done by their weights, and grows', async () => {
    const { id } = await bed.create();
    const seen: number[] = [];
    const onStep = async () => {
      seen.push((await readOperation(bed.db, id)).percent);
    };
    await driveOperation(bed.engine({ tools: { onStep } }), id);
    expect(seen).toEqual([0, 50, 75]);
  });
});

describe('a failing step', () => {
  it('is repeated when nobody knows what it did, and the journal counts', async () => {
    const { id } = await bed.create();
    const { engine, calls } = engineWith('make-definition', async (_context, call) => {
      if (call < 3) throw new InjectedFailure('cut', 'unknown');
      return { call };
    });
    const operation = await driveOperation(engine, id);
    expect(operation.state).toBe('succeeded');
    expect(calls()).toBe(3);
    expect(operation.steps[1]).toMatchObject({ attempts: 3, output: { call: 3 }, message: null });
    expect(operation.attempts).toBeLessThanOrEqual(1);
  });

  it('waits before it is repeated, without holding a lease', async () => {
    const { id } = await bed.create();
    const { engine } = engineWith(
      'make-volume',
      async () => {
        throw new InjectedFailure('cut', 'unknown');
      },
      { settings: { backoffMs: () => 60_000 } },
    );
    await takeTurn(engine);
    const operation = await readOperation(bed.db, id);
    expect(operation).toMatchObject({ state: 'running', owner: null, leaseUntil: null, step: 'make-volume' });
    expect(operation.steps[0]).toMatchObject({ state: 'failed', attempts: 1, message: 'cut' });
    expect(operation.runAfter.getTime()).toBeGreaterThan(operation.createdAt.getTime() + 30_000);
    expect(await takeTurn(engine)).toBe(false);
    await driveOperation(bed.engine(), id);
  });

  it('fails for good after maxAttempts, is undone, and says so', async () => {
    const { id, targetId } = await bed.create();
    const { engine, calls } = engineWith(
      'make-power',
      async () => {
        throw new InjectedFailure('The host hung up.', 'unknown');
      },
      { maxAttempts: 2 },
    );
    const operation = await driveOperation(engine, id);
    expect(calls()).toBe(2);
    expect(operation).toMatchObject({ state: 'failed', result: null });
    expect(operation.error).toEqual({
      code: 'driver_failed',
      title: 'The host reported an error',
      detail: 'The host hung up.',
      undone: 'Put back: “make power”, “make definition”, “make volume”.',
      hint: 'Read the message of the host; repeat when its cause is gone.',
      step: 'make-power',
    });
    expect(statesOf(operation)).toEqual(['undone', 'undone', 'undone']);
    expect(await bed.shelf.list()).not.toEqual(expect.arrayContaining([thingsOf(targetId)[0]]));
  });

  it('is not repeated when it is certain, nor when it is a bug; a bug tells no internals', async () => {
    for (const [thrown, code, detail] of [
      [
        new AtollError('image_invalid', 'Broken.', { hint: 'Take another.', params: { image: 'x' } }),
        'image_invalid',
        'Broken.',
      ],
      [new TypeError('cannot read /etc/secret'), 'internal', 'Something went wrong inside Atoll'],
    ] as const) {
      const { id } = await bed.create();
      const { engine, calls } = engineWith('make-volume', async () => {
        throw thrown;
      });
      const operation = await driveOperation(engine, id);
      expect(calls()).toBe(1);
      expect(operation.error).toMatchObject({ code, detail });
    }
  });

  it('without an undo does not claim that nothing had been changed', async () => {
    const { id } = await bed.create();
    const run = async () => {
      throw new InjectedFailure('no', 'not_done');
    };
    const workflows = [withStep(shelfCreate, 'make-volume', () => ({ run, undo: undefined }))];
    const operation = await driveOperation(bed.engine({ workflows }), id);
    expect(operation.error?.undone).toBe('There was nothing to put back.');
    expect(statesOf(operation)).toEqual(['failed', 'pending', 'pending']);
  });

  it('is over at its deadline even when it does not listen, and can write no more', async () => {
    const { id } = await bed.create();
    let late: Promise<unknown> = Promise.resolve();
    const { engine } = engineWith(
      'make-volume',
      async (context) => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        late = context.commit(async (tx) => tx.setting.create({ data: { key: `late-${id}`, value: 1 } }));
        await late;
        return undefined;
      },
      { timeoutMs: 50, maxAttempts: 1, settings: { abortGraceMs: 50 } },
    );
    const operation = await driveOperation(engine, id);
    expect(operation.error).toMatchObject({ code: 'timeout', step: 'make-volume' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expect(late).rejects.toThrow();
    expect(await bed.db.setting.findUnique({ where: { key: `late-${id}` } })).toBeNull();
  });
});

describe('the end', () => {
  it('that the database refuses is a failure, and undone', async () => {
    const { id, targetId } = await bed.create();
    const engine = bed.engine({
      workflows: [
        {
          ...shelfCreate,
          onSucceeded: async () => {
            throw new AtollError('name_taken');
          },
        },
      ],
    });
    const operation = await driveOperation(engine, id);
    expect(operation).toMatchObject({ state: 'failed', error: { code: 'name_taken', step: null } });
    expect((await bed.shelf.list()).filter((thing) => thing.includes(targetId))).toEqual([]);
  });

  it('of an undo that the database refuses leaves it stuck until it does not', async () => {
    const { id } = await bed.create();
    let refusals = 2;
    const fails = withStep(shelfCreate, 'make-volume', () => ({
      run: async () => {
        throw new InjectedFailure('no', 'not_done');
      },
    }));
    const workflow = {
      ...fails,
      onFailed: async () => {
        if (refusals-- > 0) throw new Error('refused');
      },
    };
    const engine = bed.engine({ workflows: [workflow] });
    await takeTurn(engine);
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'stuck', owner: null });
    expect(await driveOperation(engine, id)).toMatchObject({ state: 'failed', error: { detail: 'no' } });
  });
});

describe('what a step says', () => {
  it('is masked in progress, log and problem', async () => {
    const { id } = await bed.create();
    const { engine } = engineWith('make-volume', async (context) => {
      context.hide('hunter22');
      context.log('info', 'password is hunter22\u0000');
      context.progress(10, 'with hunter22');
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new InjectedFailure('hunter22 was refused', 'not_done');
    });
    const operation = await driveOperation(engine, id);
    const log = await listOperationLog(bed.db, { id, scope: 'every-project', includeSystem: true }, { limit: 10 });
    expect(log.items).toMatchObject([{ level: 'info', step: 'make-volume', message: 'password is *** ' }]);
    expect(JSON.stringify(operation)).not.toContain('hunter22');
    expect(operation.error?.detail).toBe('*** was refused');
  });

  it('shows its progress while it runs, and never goes back', async () => {
    const { id } = await bed.create();
    let shown: { percent: number; message: string | null | undefined } | null = null;
    const { engine } = engineWith('make-volume', async (context) => {
      context.progress(50, 'half');
      for (let look = 0; look < 100 && !shown?.message; look++) {
        await sleep(50);
        const { percent, steps } = await readOperation(bed.db, id);
        shown = { percent, message: steps[0]?.message };
      }
      return undefined;
    });
    await driveOperation(engine, id);
    expect(shown).toEqual({ percent: 25, message: 'half' });
  });
});
