import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ShelfTools, shelfCreate, shelfDelete, thingsOf } from '#server/testing/crash-world.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { type Prepared, runMatrixCase, type Scenario } from '#server/testing/workflow-harness.ts';
import type { HostCuts } from '#server/testing/workflow-harness-faults.ts';
import { matrixCases } from '#server/testing/workflow-matrix.ts';

const different = (what: string, is: unknown, wanted: unknown): string[] =>
  JSON.stringify(is) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`];

/** What does not belong to the operation and must stay as it is (I8). */
const bystander = 'bystander';

let bed: Testbed;
beforeAll(async () => {
  bed = await createTestbed();
});
afterAll(() => bed.dispose());

async function prepare(cuts: HostCuts, kind: 'create' | 'remove'): Promise<Prepared<ShelfTools>> {
  const { db } = bed;
  const shelf = await bed.freshShelf();
  await shelf.put(bystander, { operationId: 'somebody else', fence: 0 }, new AbortController().signal);
  const instanceId = crypto.randomUUID();
  if (kind === 'remove')
    for (const thing of thingsOf(instanceId))
      await shelf.put(thing, { operationId: 'created', fence: 0 }, new AbortController().signal);
  const operation = kind === 'create' ? await bed.create({ instanceId }) : await bed.remove(instanceId);
  const full = [bystander, ...thingsOf(instanceId)];
  /** Ends are told once, however often they were tried. */
  const once = async (wanted: string) => {
    const events = await db.event.findMany({ where: { targetId: instanceId, type: { startsWith: 'shelf.' } } });
    return different(
      'events',
      events.map((event) => event.type),
      [wanted],
    );
  };
  return {
    db,
    operationId: operation.id,
    tools: { shelf: cuts.wrap(shelf) },
    isComplete: async () => [
      ...different('shelf', await shelf.list(), kind === 'create' ? full : [bystander]),
      ...(await once(kind === 'create' ? 'shelf.filled' : 'shelf.cleared')),
    ],
    isUndone: async () => [...different('shelf', await shelf.list(), [bystander]), ...(await once('shelf.failed'))],
    async invariants() {
      const calls = await shelf.calls();
      const late = calls.filter((call, at) => calls.slice(0, at).some((earlier) => earlier.fence > call.fence));
      return late.map((call) => `${call.verb} ${call.name} was called by a runner that had been overtaken`);
    },
    dispose: () => Promise.resolve(),
  };
}

const create: Scenario<ShelfTools> = { workflow: shelfCreate, prepare: (cuts) => prepare(cuts, 'create') };
const remove: Scenario<ShelfTools> = { workflow: shelfDelete, prepare: (cuts) => prepare(cuts, 'remove') };

describe('crash matrix of a workflow with undo', () => {
  it.each(matrixCases(create))('$title', async (one) => {
    expect(await runMatrixCase(create, one)).toEqual([]);
  });
});

describe('crash matrix of a forward-only workflow', () => {
  it.each(matrixCases(remove))('$title', async (one) => {
    expect(await runMatrixCase(remove, one)).toEqual([]);
  });
});
