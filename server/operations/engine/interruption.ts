/**
 * Why a run ends without a verdict on the operation. None of these is a failure of the step: nothing is counted as an
 * attempt, and whoever holds the operation next goes on from the journal.
 */
export class Interruption extends Error {
  override readonly name: string = 'Interruption';
}

/** Another runner holds the operation, or our lease could not be renewed in time: no further write, no further host call. */
export class FencedOff extends Interruption {
  override readonly name = 'FencedOff';
}

/** The worker stops and hands its operations over. */
export class WorkerStopping extends Interruption {
  override readonly name = 'WorkerStopping';
  constructor() {
    super('The worker is stopping.');
  }
}

/** Stands for `kill -9` inside one process: the run ends on the spot and neither writes nor releases anything. */
export class SimulatedCrash extends Interruption {
  override readonly name = 'SimulatedCrash';
}

/** Somebody asked to cancel: what was done is undone. */
export class CancelRequested extends Error {
  override readonly name = 'CancelRequested';
  constructor() {
    super('It was cancelled.');
  }
}

/** A try of a step ran past its `timeoutMs`. */
export class StepTimeout extends Error {
  override readonly name = 'StepTimeout';
  constructor(step: string, timeoutMs: number) {
    super(`"${step}" did not finish within ${Math.round(timeoutMs / 1000)} s.`);
  }
}
