import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { appendEvent } from '#server/db/event-store.ts';
import type { StepContext, Workflow } from '#server/operations/engine/workflow.ts';
import { sleep } from '#server/platform/clock.ts';

/**
 * A host as small as can be, for proving the engine: a directory in which things are files that name the operation that
 * made them. It outlives every process, so workers may be killed on it.
 */
export class Shelf {
  readonly #things: string;
  readonly #calls: string;

  constructor(directory: string) {
    this.#things = join(directory, 'things');
    this.#calls = join(directory, 'calls');
  }

  async open(): Promise<this> {
    await mkdir(this.#things, { recursive: true });
    return this;
  }

  /** Makes a thing, or finds that the same operation made it before. Takes a few milliseconds, as hosts do. */
  async put(name: string, maker: Maker & { operationId: string }, signal: AbortSignal): Promise<void> {
    await this.#called('put', name, maker, signal);
    await writeFile(join(this.#things, name), maker.operationId, { flag: 'wx' }).catch(async (error: unknown) => {
      if ((await this.find(name)) !== maker.operationId) throw error;
    });
  }

  /** Removes a thing if this operation made it. Nothing there is success. */
  async remove(name: string, maker: Maker, signal: AbortSignal): Promise<void> {
    await this.#called('remove', name, maker, signal);
    if (maker.operationId !== null && (await this.find(name)) !== maker.operationId) return;
    await rm(join(this.#things, name), { force: true });
  }

  /** The operation that made it, or null. */
  async find(name: string): Promise<string | null> {
    const things = await readdir(this.#things);
    return things.includes(name) ? readFile(join(this.#things, name), 'utf8') : null;
  }

  async list(): Promise<string[]> {
    return (await readdir(this.#things)).sort();
  }

  /** Every call as it was sent: verb, thing and the fence of who sent it. */
  async calls(): Promise<{ verb: string; name: string; fence: number }[]> {
    const lines = (await readFile(this.#calls, 'utf8')).trim().split('\n');
    return lines.map((line) => {
      const [verb = '', name = '', fence = ''] = line.split(' ');
      return { verb, name, fence: Number(fence) };
    });
  }

  async #called(verb: string, name: string, maker: { fence: number }, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await appendFile(this.#calls, `${verb} ${name} ${maker.fence}\n`);
    await sleep(Math.random() * 4);
  }
}

export interface Maker {
  /** null: whoever made it. */
  operationId: string | null;
  fence: number;
}

export interface ShelfTools {
  shelf: Shelf;
  /** Called at the beginning of every step, for tests that want to be there. */
  onStep?(step: string, context: StepContext<unknown, unknown>): Promise<void> | void;
}

const parts = ['volume', 'definition', 'power'] as const;
type Part = (typeof parts)[number];

export const thingOf = (part: Part, instanceId: string): string => `${part}-${instanceId}`;
/** What stands on the shelf when an instance is there. */
export const thingsOf = (instanceId: string): string[] => parts.map((part) => thingOf(part, instanceId)).sort();

type CreateInput = OperationInput<'instance.create'>;

const making = (part: Part) => ({
  timeoutMs: 10_000,
  async run(context: StepContext<CreateInput, ShelfTools>) {
    await context.tools.onStep?.(`make-${part}`, context);
    context.progress(50, 'halfway');
    const { id: operationId, fence } = context.operation;
    await context.tools.shelf.put(thingOf(part, context.input.instanceId), { operationId, fence }, context.signal);
    return { thing: thingOf(part, context.input.instanceId) };
  },
  async undo(context: StepContext<CreateInput, ShelfTools>) {
    const { id: operationId, fence } = context.operation;
    await context.tools.shelf.remove(thingOf(part, context.input.instanceId), { operationId, fence }, context.signal);
  },
});

/** Puts three things on the shelf; the last only when asked to start. */
export const shelfCreate: Workflow<CreateInput, ShelfTools> = {
  kind: 'instance.create',
  version: 1,
  input: operationInput['instance.create'],
  direction: 'undoable',
  steps: [
    { name: 'make-volume', weight: 2, ...making('volume') },
    { name: 'make-definition', ...making('definition') },
    { name: 'make-power', ...making('power'), when: (input) => input.start },
  ],
  async onSucceeded(tx, operation, input) {
    await appendEvent(tx, { projectId: null, type: 'shelf.filled', target: targetOf(operation), message: 'Filled.' });
    return { instanceId: input.instanceId };
  },
  async onFailed(tx, operation) {
    await appendEvent(tx, { projectId: null, type: 'shelf.failed', target: targetOf(operation), message: 'Failed.' });
  },
};

type DeleteInput = OperationInput<'instance.delete'>;

const removing = (part: Part) => ({
  name: `remove-${part}`,
  timeoutMs: 10_000,
  async run(context: StepContext<DeleteInput, ShelfTools>) {
    await context.tools.onStep?.(`remove-${part}`, context);
    const maker = { operationId: null, fence: context.operation.fence };
    await context.tools.shelf.remove(thingOf(part, context.input.instanceId), maker, context.signal);
    return undefined;
  },
});

/** Takes the three things away. */
export const shelfDelete: Workflow<DeleteInput, ShelfTools> = {
  kind: 'instance.delete',
  version: 1,
  input: operationInput['instance.delete'],
  direction: 'forward-only',
  steps: [removing('power'), removing('definition'), removing('volume')],
  async onSucceeded(tx, operation) {
    await appendEvent(tx, { projectId: null, type: 'shelf.cleared', target: targetOf(operation), message: 'Cleared.' });
    return undefined;
  },
};

const targetOf = (operation: { targetType: string; targetId: string; targetName: string }) => ({
  type: operation.targetType,
  id: operation.targetId,
  name: operation.targetName,
});
