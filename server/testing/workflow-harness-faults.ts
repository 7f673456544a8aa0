import type { Step, StepContext, StepOutput, Workflow } from '#server/operations/engine/workflow.ts';

/** A failure as drivers throw it; `unknown`: nobody knows whether it happened. */
export class InjectedFailure extends Error {
  override readonly name = 'InjectedFailure';
  readonly code = 'driver_failed';
  readonly retryable = false;
  readonly engineMessage = null;
  readonly outcome: 'not_done' | 'unknown';

  constructor(message: string, outcome: 'not_done' | 'unknown') {
    super(message);
    this.outcome = outcome;
  }
}

/** The workflow with one step put into other hands; `inner` is the step as it is. */
export function withStep<Tools>(
  workflow: Workflow<unknown, Tools>,
  name: string,
  change: (inner: Step<unknown, Tools>) => Partial<Step<unknown, Tools>>,
): Workflow<unknown, Tools> {
  const steps = workflow.steps.map((step) => (step.name === name ? { ...step, ...change(step) } : step));
  return { ...workflow, steps };
}

type Act<Tools> = (context: StepContext<unknown, Tools>) => Promise<StepOutput>;

/** The step fails for good, before or after it did its work. */
export const failing =
  (when: 'before' | 'after') =>
  <Tools>(inner: Step<unknown, Tools>): { run: Act<Tools> } => ({
    async run(context) {
      if (when === 'after') await inner.run(context);
      throw new InjectedFailure(`injected: ${inner.name} fails ${when} its work`, 'not_done');
    },
  });

/** The step does its work twice in one try. */
export const runTwice = <Tools>(inner: Step<unknown, Tools>): { run: Act<Tools> } => ({
  async run(context) {
    await inner.run(context);
    return inner.run(context);
  },
});

/** The undo does its work twice in one try. */
export const undoneTwice = <Tools>(inner: Step<unknown, Tools>): Pick<Step<unknown, Tools>, 'undo'> => ({
  async undo(context) {
    await inner.undo?.(context);
    await inner.undo?.(context);
  },
});

/** One fault on the way to the host: call number `at` (from 1) is cut before it is sent or after it took effect. */
export interface Cut {
  at: number;
  when: 'before' | 'after';
}

/** Counts calls to the host while it is armed, and cuts one of them. */
export class HostCuts {
  #cut: Cut | null = null;
  #calls = 0;
  /** What was cut, as `method`; null while nothing was. */
  happened: string | null = null;

  arm(cut: Cut): void {
    this.#cut = cut;
    this.#calls = 0;
  }

  disarm(): void {
    this.#cut = null;
  }

  /** The host's driver (or whatever the tools call) with the fault in front of it. */
  wrap<D extends object>(driver: D): D {
    return new Proxy(driver, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(String(property), () => Reflect.apply(member, target, args));
      },
    });
  }

  #call(method: string, call: () => unknown): unknown {
    const cut = this.#cut;
    if (!cut) return call();
    this.#calls++;
    if (this.#calls !== cut.at) return call();
    this.#cut = null;
    this.happened = method;
    const failure = new InjectedFailure(`injected: connection cut ${cut.when} ${method}`, 'unknown');
    if (cut.when === 'before') return Promise.reject(failure);
    return Promise.resolve(call()).then(() => Promise.reject(failure));
  }
}
