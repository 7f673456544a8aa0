import { type AtollTx, inStatement, inTx } from '#server/db/client.ts';
import {
  type HeldPatch,
  isHeld,
  type StepWrite,
  updateHeldOperation,
  writeJournal,
} from '#server/db/operation-journal-store.ts';
import type { OperationRow, OperationStepRow, OperationStepState } from '#server/db/operation-row.ts';
import { monotonicMs, sleep } from '#server/platform/clock.ts';
import { FencedOff } from './interruption.ts';
import { isOutage } from './outage.ts';
import type { Run } from './run.ts';

/*
 * The journal of a run is held in memory and written together with whatever is written next of its operation: the end of one
 * step with the beginning of the next, in one statement. What must be known before a host is called is written before it.
 */

/** What else is written in the same transaction. May be called again when the transaction is repeated. */
export type Note = (tx: AtollTx) => Promise<unknown>;

/** One line of the journal, as its holder knows it. Times are of {@link monotonicMs}. */
export interface JournalEntry {
  readonly seq: number;
  readonly name: string;
  state: OperationStepState;
  attempts: number;
  output: Record<string, unknown> | null;
  message: string | null;
  beganAt: number | null;
  endedAt: number | null;
  /** Written when the entry is, once it is done. */
  notes: Note[];
}

export function entryOf({ seq, name, state, attempts, output, message }: OperationStepRow): JournalEntry {
  return { seq, name, state, attempts, output, message, beganAt: null, endedAt: null, notes: [] };
}

/** Changes an entry; it is written with the next write of the run. */
export function change<Tools>(
  run: Run<Tools>,
  entry: JournalEntry,
  patch: Partial<Omit<JournalEntry, 'seq' | 'name'>>,
): void {
  Object.assign(entry, patch);
  run.unwritten.add(entry);
}

/** What to write of the operation itself; as a function, what comes of a transaction that is part of it. */
export type Patch = HeldPatch | ((tx: AtollTx) => Promise<HeldPatch>);

/**
 * Writes to the operation, and whatever of its journal is not written yet. While PostgreSQL is away it is repeated until the
 * lease is over, so that what was done on a host is not forgotten because of a restart of the database; `patient: false`
 * tries once. Throws FencedOff when the operation is no longer ours.
 */
export async function write<Tools>(
  run: Run<Tools>,
  patch: Patch,
  options: { note?: Note | undefined; patient?: boolean } = {},
): Promise<void> {
  // One after the other: what is told meanwhile, such as progress, must not overtake.
  const before = run.writing;
  const { promise, resolve } = Promise.withResolvers<void>();
  run.writing = promise;
  await before;
  try {
    const entries = [...run.unwritten];
    const once = () => writeOnce(run, patch, entries, options.note);
    run.operation = options.patient === false ? await once() : await persist(run, once);
    for (const entry of entries) {
      run.unwritten.delete(entry);
      entry.notes = [];
      if (entry.state === 'done') run.logged.push(entry.name);
    }
  } finally {
    resolve();
  }
}

async function writeOnce<Tools>(
  run: Run<Tools>,
  patch: Patch,
  entries: readonly JournalEntry[],
  note: Note | undefined,
): Promise<OperationRow> {
  const { db } = run.engine;
  const held = { ...run.lease.held, targetType: run.operation.targetType };
  const progressed = entries.some((entry) => entry.state === 'done');
  const complete = (plain: HeldPatch) => ({
    patch: progressed ? { progressed, ...plain } : plain,
    steps: linesOf(entries),
  });
  const notes = entries.flatMap((entry) => entry.notes);
  if (typeof patch !== 'function' && notes.length === 0 && note === undefined)
    return ours(run, await inStatement(db, (open) => writeJournal(open, held, complete(patch))));
  return inTx(db, async (tx) => {
    if (!(await isHeld(tx, held))) throw fencedOff(run);
    for (const each of notes) await each(tx);
    const plain = typeof patch === 'function' ? await patch(tx) : patch;
    const row = ours(run, await updateHeldOperation(tx, held, complete(plain)));
    await note?.(tx);
    return row;
  });
}

function linesOf(entries: readonly JournalEntry[]): StepWrite[] {
  const now = monotonicMs();
  const ago = (at: number | null) => (at === null ? null : now - at);
  return entries.map(({ seq, name, state, attempts, output, message, beganAt, endedAt }) => ({
    ...{ seq, name, state, attempts, output, message },
    beganMsAgo: ago(beganAt),
    endedMsAgo: ago(endedAt),
  }));
}

const fencedOff = <Tools>(run: Run<Tools>) => new FencedOff(`Operation ${run.operation.id}: another runner holds it.`);

function ours<Tools>(run: Run<Tools>, row: OperationRow | null): OperationRow {
  if (row === null) throw fencedOff(run);
  return row;
}

/**
 * One transaction or statement of the engine itself, begun only while the lease holds, and repeated while PostgreSQL is away.
 * `work` must give the same when it runs again.
 */
export async function persist<T, Tools>(run: Run<Tools>, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    run.lease.check();
    try {
      return await work();
    } catch (error) {
      if (error instanceof FencedOff) run.lease.lose('another runner holds it');
      if (!isOutage(error)) throw error;
      run.log.warn({ err: error }, 'the journal cannot be written; trying again');
      await sleep(Math.min(2_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2), run.lease.lost);
    }
  }
}

/** Where a run may be made to die after each step that the journal has as done since this was last called. */
export function crashAfterLog<Tools>(run: Run<Tools>): void {
  for (let name = run.logged.shift(); name !== undefined; name = run.logged.shift())
    run.engine.crash(`${run.workflow.kind}.${name}.after-log`);
}
