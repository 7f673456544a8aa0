import { SimulatedCrash } from './interruption.ts';

/** Where a run may be made to die, around the call of a step and of its undo. */
export const crashPoints = [
  'before-call',
  'after-call',
  'after-log',
  'undo-before-call',
  'undo-after-call',
  'undo-after-log',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Called by the runner with `kind.step.point`; does nothing, or never returns. */
export type Crasher = (name: string) => void;

/**
 * Kills this very process, as kill -9 does, when ATOLL_CRASH_AT names the point: the crash matrix over real processes
 * (reliability.md, rig d). Without the variable, as in production, it does nothing.
 */
export function crashPoint(name: string): void {
  if (process.env.ATOLL_CRASH_AT === name) process.kill(process.pid, 'SIGKILL');
}

/** {@link crashPoint} within one process: the run that comes by dies once, the process goes on. */
export function crashOnceAt(name: string): Crasher & { readonly happened: boolean } {
  let happened = false;
  const crasher = (reached: string) => {
    if (reached !== name || happened) return;
    happened = true;
    throw new SimulatedCrash(`Crash at ${name}`);
  };
  return Object.defineProperty(crasher, 'happened', { get: () => happened }) as Crasher & {
    readonly happened: boolean;
  };
}
