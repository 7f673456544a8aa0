import type { Db } from '#server/db/client.ts';
import { backoffMs } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { type Crasher, crashPoint } from './crash-point.ts';
import type { WorkflowRegistry } from './workflow-registry.ts';

/** What every run of one worker shares. */
export interface Engine<Tools> {
  db: Db;
  workflows: WorkflowRegistry<Tools>;
  tools: Tools;
  log: Log;
  settings: EngineSettings;
  crash: Crasher;
}

export interface EngineSettings {
  leaseMs: number;
  /** A run stops this long before its lease ends, so that its last call to a host is over when somebody else begins. */
  marginMs: number;
  renewEveryMs: number;
  /** How long a lost bell goes unnoticed. */
  pollMs: number;
  /** Operations of one worker at once. */
  concurrency: number;
  /** Operations on one host at once, over all workers. */
  perHost: number;
  /** An operation whose worker died so often in a row, without a step done in between, is undone as poison. */
  crashLimit: number;
  /** Tries of an undo before the operation is called stuck. */
  undoAttempts: number;
  /** How long a step may take to end after its signal was aborted; then it is left behind, unable to write. */
  abortGraceMs: number;
  /** Wait after failed try number `attempt` (from 1). */
  backoffMs(attempt: number): number;
  /** Wait of a stuck operation before it is tried again by itself. */
  stuckBackoffMs(attempt: number): number;
}

/** Times of reliability.md. */
export const defaultSettings: EngineSettings = {
  leaseMs: 30_000,
  marginMs: 5_000,
  renewEveryMs: 10_000,
  pollMs: 5_000,
  concurrency: 32,
  perHost: 4,
  crashLimit: 5,
  undoAttempts: 3,
  abortGraceMs: 5_000,
  backoffMs,
  // Minutes, not seconds: somebody has been told, and the host may be away for long. Never more than 10.
  stuckBackoffMs: (attempt) => 30_000 * Math.min(20, 2 ** Math.min(attempt, 5)) * (0.5 + Math.random() / 2),
};

/** An engine with the settings of reliability.md, where nothing else is said. */
export function createEngine<Tools>(
  parts: Pick<Engine<Tools>, 'db' | 'workflows' | 'tools' | 'log'> & {
    settings?: Partial<EngineSettings>;
    crash?: Crasher;
  },
): Engine<Tools> {
  return { ...parts, settings: { ...defaultSettings, ...parts.settings }, crash: parts.crash ?? crashPoint };
}
