import type { OperationRow } from '#server/db/operation-row.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Engine } from './engine.ts';
import type { JournalEntry } from './journal.ts';
import type { Lease } from './lease.ts';
import type { Workflow } from './workflow.ts';

/** One claim of one operation, from the claim until it is over or given up. */
export interface Run<Tools> {
  readonly engine: Engine<Tools>;
  readonly workflow: Workflow<unknown, Tools>;
  readonly input: unknown;
  readonly lease: Lease;
  /** Aborted with WorkerStopping. */
  readonly stopping: AbortSignal;
  readonly log: Log;
  /** What must not be shown, in all its forms. */
  readonly secrets: Set<string>;
  /** As it was last written or read. */
  operation: OperationRow;
  /** The journal as it is, one entry per step of the workflow. */
  readonly journal: JournalEntry[];
  /** Entries that the database does not have like that yet. */
  readonly unwritten: Set<JournalEntry>;
  /** Ends when the write in flight does. */
  writing: Promise<void>;
  /** Steps whose end was written since somebody looked (crashAfterLog). */
  readonly logged: string[];
  /** What steps have read and share; see {@link shared}. */
  readonly known: Map<string, { at: number; value: Promise<unknown> }>;
}

/** How a run ended. `again`: it gave the operation up, to be claimed again after so many milliseconds. */
export type RunEnd = { end: 'over' } | { end: 'again'; afterMs: number } | { end: 'lost' };

/** What was read so long ago is read again: a host may have been put into quarantine meanwhile. */
const sharedMs = 2_000;

/** What `load` answers, or answered a moment ago to another step of this run. A failure is not kept. */
export function shared<T, Tools>(run: Run<Tools>, key: string, load: () => Promise<T>): Promise<T> {
  const known = run.known.get(key);
  if (known && monotonicMs() - known.at < sharedMs) return known.value as Promise<T>;
  const entry = { at: monotonicMs(), value: load() };
  run.known.set(key, entry);
  entry.value.catch(() => {
    if (run.known.get(key) === entry) run.known.delete(key);
  });
  return entry.value;
}

/** Share of the work that is done, by the weights of the steps, with `percent` of step `seq`. Never 100 before the end. */
export function percentOf<Tools>(run: Run<Tools>, seq: number | null, percent: number): number {
  let done = 0;
  let total = 0;
  for (const [at, step] of run.workflow.steps.entries()) {
    const state = run.journal[at]?.state;
    if (state === 'skipped') continue;
    const weight = step.weight ?? 1;
    total += weight;
    if (state === 'done') done += weight;
    else if (at === seq) done += (weight * Math.min(100, Math.max(0, percent))) / 100;
  }
  return total === 0 ? 0 : Math.min(99, Math.floor((100 * done) / total));
}
